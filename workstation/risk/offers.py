"""What a contract takes."""

from workstation.domain.contract import ContractDetails
from workstation.domain.order import OrderDraft


def is_offered(draft: OrderDraft, details: ContractDetails) -> bool:
    """Tell whether the contract takes the type; its list writes it without a blank."""
    return draft.order_type.code in details.order_types
