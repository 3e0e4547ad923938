"""The chart: bars in arrays, drawn from a pyramid of ranges, whatever their number."""
