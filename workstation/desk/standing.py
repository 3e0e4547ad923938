"""Who we are at the broker, how the link stands and what may be traded, for risk and window."""

from workstation.broker.session import Session
from workstation.desk.judge import Standing
from workstation.desk.limits import LimitsDesk
from workstation.desk.link import LinkKeeper
from workstation.desk.settings import DeskSettings, Presence
from workstation.desk.trading import Trading
from workstation.domain.account import Environment, environment_of
from workstation.domain.ids import AccountId
from workstation.domain.link import LinkState, LinkView
from workstation.risk.facts import Link


class Standings:
    """Puts together what others keep; decides nothing. Core thread."""

    def __init__(
        self,
        settings: DeskSettings,
        presence: Presence,
        session: Session,
        link: LinkKeeper,
        trading: Trading,
        limits: LimitsDesk,
    ) -> None:
        self._settings = settings
        self._presence = presence
        self._session = session
        self._link = link
        self._trading = trading
        self._limits = limits

    def of(self, account: AccountId) -> Standing:
        """Return the state of the desk that risk decides with."""
        return Standing(
            link=Link(
                ready=self._link.state is LinkState.READY or self._link.only_farms,
                synced=self._presence.synced,
                suspect=self._link.suspect,
                bytes_waiting=self._session.bytes_waiting,
                wire_has_room=self._session.may_write_entry(),
                reason=self._link.reason or "the broker is silent",
                clock_offset=self._presence.clock_offset or 0.0,
            ),
            environment=self._settings.environment or environment_of(account),
            accounts=self._presence.accounts,
            armed=self._trading.armed,
            read_only=self._settings.read_only,
            trading_state=self._trading.state,
            trading_reason=self._trading.reason,
            limits=self._limits.of(account),
            limits_fault=self._limits.fault,
        )

    def link_view(self) -> LinkView:
        """Return how link, account and trading stand, as the window shows it."""
        account = self._presence.account
        return LinkView(
            state=self._link.state,
            client_id=self._settings.session.client_id,
            reason=self._link.reason,
            next_step=self._link.next_step,
            only_farms=self._link.only_farms,
            retry_at=self._link.retry_at,
            is_silent=self._link.silent,
            host=self._link.host,
            port=self._link.port,
            is_standby=self._link.is_standby,
            server_version=self._session.server_version,
            accounts=self._presence.accounts,
            account=account,
            environment=environment_of(account) if account else self._settings.environment,
            read_only=self._settings.read_only,
            trading_state=self._trading.state,
            trading_reason=self._trading.reason,
            armed=self._trading.armed,
            clock_offset=self._presence.clock_offset,
            since=self._link.since,
            knows_exits=self._presence.synced,
            record_loss=self._limits.loss.words,
        )

    def is_live(self) -> bool:
        """Tell whether real money may be at stake: also where the account is not known yet."""
        account = self._presence.account
        return account is None or environment_of(account) is Environment.LIVE

    def environment_fault(self) -> str:
        """Say why an order must not leave whatever approved it, or ""."""
        wanted = self._settings.environment
        for account in self._presence.accounts:
            world = environment_of(account)
            if wanted is not None and world is not wanted:
                return f"the account is {world.value}, the profile is {wanted.value}"
        return "" if self._presence.accounts else "no account is known"
