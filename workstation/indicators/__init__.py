"""Series mathematics: indicators over bars, whole and kept up to date; numpy and TA-Lib, no Qt."""
