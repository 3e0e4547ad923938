"""Which of several accounts the window shows; orders name theirs themselves. Core thread."""

from collections.abc import Callable

from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.settings import Presence
from workstation.domain.commands import CommandResult, Done, Failed, ShowAccount
from workstation.domain.ids import AccountId


class ShownAccount:
    """Keeps the user's choice over reconnects, as long as the broker manages that account."""

    def __init__(
        self, presence: Presence, figures: FiguresDesk, publish_link: Callable[[], None]
    ) -> None:
        self._presence = presence
        self._figures = figures
        self._publish_link = publish_link

    def session_up(self, accounts: tuple[AccountId, ...]) -> None:
        """Take the accounts of a new session; the first one is shown until another is chosen."""
        presence, presence.accounts = self._presence, accounts
        if presence.account not in accounts:
            presence.account = accounts[0] if accounts else None

    def show(self, command: ShowAccount) -> CommandResult:
        """Show another account: its figures are told at once, its result when the broker says."""
        if command.account not in self._presence.accounts:
            return Failed("The broker does not manage this account for this connection.")
        if command.account != self._presence.account:
            self._presence.account = command.account
            self._publish_link()
            self._figures.show_account(command.account)
        return Done()
