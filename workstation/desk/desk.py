"""The trading core: one object that owns the session and all trading state, on one thread."""

from collections.abc import Callable
from typing import Any

from workstation.broker.notices import meaning_of
from workstation.broker.session import Phase, Session
from workstation.desk.account_risk import account_risk
from workstation.desk.caught_errors import CaughtErrors
from workstation.desk.clock_watch import ClockWatch
from workstation.desk.closing import Closer, ClosingParts
from workstation.desk.combos import ComboQuotes, build_combos
from workstation.desk.contracts import Contracts
from workstation.desk.data_desk import DataDesk
from workstation.desk.exercising import build_exerciser
from workstation.desk.exits import Exits, build_exits
from workstation.desk.figures_desk import FiguresDesk
from workstation.desk.flatten import FlattenParts
from workstation.desk.judge import Judge, JudgeSources
from workstation.desk.limits import LimitsDesk
from workstation.desk.link import LinkKeeper
from workstation.desk.link_health import LinkHealth
from workstation.desk.loop import CoreLoop
from workstation.desk.market_feed import FeedParts, MarketFeed
from workstation.desk.measuring import measuring
from workstation.desk.order_desk import OrderDesk, OrderDeskParts
from workstation.desk.outgoing import Outgoing
from workstation.desk.past_start import begin_past
from workstation.desk.portfolio_watch import portfolio_sources
from workstation.desk.reconcile import Reconciler
from workstation.desk.risk_watch import RiskWatch
from workstation.desk.risk_watching import watching
from workstation.desk.rule_building import Basics, build_rules, heard
from workstation.desk.settings import DeskSettings, Presence, started
from workstation.desk.several import Several
from workstation.desk.shown_account import ShownAccount
from workstation.desk.spread import Spread
from workstation.desk.standing import Standings
from workstation.desk.trading import Trading
from workstation.domain.clock import Clock
from workstation.domain.commands import CommandResult
from workstation.domain.contract import ContractDetails
from workstation.domain.errors import JournalError
from workstation.domain.finding import TradingState
from workstation.domain.ids import ClientId
from workstation.domain.link import LinkView
from workstation.domain.messages import ContractKnown, LinkChanged
from workstation.domain.notice import Severity
from workstation.domain.ports import Checkpoint, Publisher, no_checkpoint
from workstation.domain.reports import (
    AccountValueReport,
    BrokerNotice,
    CommissionReport,
    ExecutionReport,
    ListEnded,
    ListKind,
    MarginReport,
    NextOrderId,
    OpenOrderReport,
    OrderBytesSent,
    OrderStatusReport,
    PnlReport,
    PositionReport,
    Report,
    ServerTime,
    SessionEnded,
    SessionStarted,
)
from workstation.marketdata.market import Market
from workstation.oms.order_ids import OrderRefs
from workstation.oms.orders import OrderBook
from workstation.storage.journal import Journal

SWEEP_SECONDS, QUIET_SECONDS = 1.0, 2.0


class Desk:
    """Builds the core's parts and moves reports and commands between them. Core thread."""

    _judge: Judge
    _last_link: LinkView | None = None

    def __init__(
        self,
        loop: CoreLoop,
        clock: Clock,
        settings: DeskSettings,
        journal: Journal,
        publisher: Publisher,
        checkpoint: Checkpoint = no_checkpoint,
    ) -> None:
        self._loop, self._clock = loop, clock
        self._settings, self._journal = settings, journal
        self._checkpoint, self._out = checkpoint, Outgoing(publisher)
        self.notify = self._out.notifier(clock)
        self._caught, self._presence, market = CaughtErrors(clock), Presence(), Market(clock)
        self._clock_watch = ClockWatch(clock, self._presence, self.notify)
        self.orders = OrderBook(settings.session.client_id)
        self.session = Session(loop, clock, settings.session, self.on_report, market.sinks)
        self.link = LinkKeeper(loop, clock, self.session)
        self.trading = Trading(
            settings.trading_state_file, clock, journal, first_run=settings.first_run
        )
        self.limits = LimitsDesk(settings.limits_file, journal, self.notify, clock)
        self.standing = Standings(
            settings, self._presence, self.session, self.link, self.trading, self.limits
        )
        self.contracts = Contracts(loop, self.session, on_known=self._on_contract_known)
        self.figures = FiguresDesk(loop, clock, self._out, self.session, self.contracts, market)
        self.data = DataDesk(loop, clock, self.session, self.contracts, market, self._out)
        self.feed = MarketFeed(feed := self._feed_parts(market), lines=settings.lines)
        self.streams = self.feed.streams
        self.risk = account_risk(clock, self.figures, self.contracts, self.orders, self.limits.of)
        self.order_desk = self._build_order_desk()
        self.reconciler = self._build_reconciler()
        self.combos = build_combos(self._loop, self.contracts, self.orders, self.streams)
        self.health = LinkHealth(feed, self.streams, self.reconciler)
        self._risk_watch = self._build_risk_watch()
        self.exits = self._build_exits()
        self._connect_hooks()
        self.quality = measuring(loop, self.orders, self.order_desk, feed, self.streams)
        self._handlers = self._report_handlers()

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> None:
        """Rebuild the orders from the journal and begin the regular work."""
        known, entries = begin_past(self._journal, self.orders, self.order_desk)
        entries = self.limits.remembering(self.risk.remembering(entries))
        entries = self.rules.remembering(self.exerciser.remembering(entries))
        self.order_desk.replay(self.quality.remembering(entries), known)
        self.exits.moves.resume()
        self.several.resume()
        self.quality.start()
        self.order_desk.record_start(started(self._settings))
        self.risk.take_all(self.orders.executions())
        self.alerts.start()
        self.rules.start()
        self._loop.call_later(SWEEP_SECONDS, self._sweep)
        self.publish_link()

    def seconds_until_quiet(self) -> float:
        """Return how long to wait before disconnecting, 0 for not at all. Any thread.

        A broker that loses the link right behind an order may drop it (2.5.13); what still
        waits for its turn would not leave at all.
        """
        if self.session.phase is not Phase.UP:
            return 0.0
        if self.session.cancels_waiting:
            return QUIET_SECONDS
        quiet_at = self.session.order_sent_at + QUIET_SECONDS
        return max(quiet_at - self._clock.monotonic(), 0.0)

    def stop(self) -> None:
        """Disconnect and put the end on record; the loop leaves after this round."""
        self.link.stop("the program is closing")
        self._journal.record("Stopped", {}, durable=True)

    def answer(self, number: int, result: CommandResult) -> None:
        """Answer the command of this number."""
        self._out.answer(number, result)

    def lock(self, reason: str) -> None:
        """Let nothing but cancels leave, and say so."""
        if self.trading.reason != reason:
            self.trading.lock(reason)
            self.notify(
                Severity.ALARM,
                f"Trading is locked: {reason}.",
                effect="No order can be sent. Cancels still work; working orders stay.",
                advice="Use TWS or the mobile program for exits, then restart this program.",
            )
            self.publish_link()

    def _reduce_only(self, reason: str) -> None:
        self.trading.restrict(TradingState.REDUCING, reason)
        self.publish_link()

    def publish_link(self) -> None:
        """Tell the window how the link stands, if that changed."""
        view = self.standing.link_view()
        if view != self._last_link:
            self._last_link = view
            self._out.post(LinkChanged(view))

    # -- reports ------------------------------------------------------------------------------

    def on_report(self, report: Report) -> None:
        """Take one report of the session, in the order of arrival."""
        self._handlers[type(report)](report)

    def _report_handlers(self) -> dict[type, Callable[[Any], object]]:
        apply = self.order_desk.apply_input
        return {
            SessionStarted: self._on_started,
            SessionEnded: self._on_ended,
            OrderBytesSent: apply,
            NextOrderId: self._on_next_order_id,
            OpenOrderReport: self._on_open_order,
            MarginReport: self.order_desk.previews.on_report,
            OrderStatusReport: apply,
            ExecutionReport: self._on_execution,
            CommissionReport: apply,
            BrokerNotice: self._on_notice,
            ListEnded: self._on_list_ended,
            PositionReport: self.figures.on_position,
            AccountValueReport: self._on_account_value,
            PnlReport: self._on_pnl,
            ServerTime: self._on_server_time,
            **self.feed.handlers(),
        }

    def _on_started(self, report: SessionStarted) -> None:
        self.shown_account.session_up(report.accounts)
        self.order_desk.controller.ids.at_least(report.next_order_id)
        self.health.session_up()
        self.link.started()
        self.reconciler.link_up()  # before all else: what is asked first is answered first
        self._clock_watch.ask(self.session.account.exact_time)
        self.figures.session_up(self._presence.account)
        self.contracts.session_up()
        self.combos.session_up()
        self.streams.session_up()
        self.alerts.session_up()
        self.rules.session_up()
        self.publish_link()

    def _on_ended(self, report: SessionEnded) -> None:
        self._presence.synced = False
        self.figures.quotes.mark_all_stale()
        self.reconciler.link_down()
        self.figures.positions.forget_refresh()
        self.several.stop_all("the link to the broker was lost")
        self.order_desk.link_lost(report.reason)
        self.contracts.session_down()
        self.feed.session_down()
        self.health.session_down()
        self.link.ended(report.reason)

    def _on_next_order_id(self, report: NextOrderId) -> None:
        self.order_desk.controller.ids.at_least(report.order_id)

    def _on_open_order(self, report: OpenOrderReport) -> None:
        self.order_desk.apply_input(report)
        self._checkpoint("acknowledged")
        self.reconciler.named(
            self.orders.find(report.perm_id, report.order_ref, report.client_id, report.order_id)
        )
        if report.client_id == self._settings.session.client_id and report.order_id > 0:
            self.order_desk.controller.ids.used(report.order_id)
        if report.sec_type != "BAG":  # a combination is known by its legs
            self.contracts.need(report.con_id)

    def _on_execution(self, report: ExecutionReport) -> None:
        self.order_desk.apply_input(report)
        self._checkpoint("filled")
        self.risk.take(report.execution)
        if not report.execution.is_whole_combo:
            self._risk_watch.filled(report.execution)
        if report.req_id is None:
            self.figures.positions.apply_execution(report.execution)
        self.exits.moves.check()

    def _on_notice(self, notice: BrokerNotice) -> None:
        meaning = meaning_of(notice.code)
        subject = notice.subject
        order = None
        if subject is not None and self.session.is_request(subject):
            if self.feed.on_refused(subject, notice):
                return
        elif subject is not None:
            if self.exerciser.on_notice(notice):
                return
            order = self.order_desk.on_notice(notice)
        if not self.health.on_notice(notice, meaning):
            return
        self.notify(
            meaning.severity,
            notice.text,
            effect=meaning.effect,
            advice=meaning.advice,
            code=notice.code,
            order=order,
        )

    def _on_pnl(self, report: PnlReport) -> None:
        self.figures.on_pnl(report)
        self.risk.take_pnl(report)

    def _on_list_ended(self, report: ListEnded) -> None:
        if report.kind is ListKind.POSITIONS:
            self.figures.positions.end_refresh()
        self.reconciler.on_list_ended(report)

    def _on_account_value(self, report: AccountValueReport) -> None:
        self.figures.on_account_value(report)
        summary = self.figures.balances.summary(report.account)
        if summary is not None and summary.net_liquidation is not None:
            self.limits.ensure(report.account, summary.net_liquidation)
            self.order_desk.set_gate_limit(self.limits.of(report.account))

    def _on_server_time(self, report: ServerTime) -> None:
        if self._clock_watch.take(report):
            self.publish_link()

    def _on_contract_known(self, details: ContractDetails) -> None:
        self._out.post(ContractKnown(details))
        self.streams.plan_anew()
        self.figures.positions.mark_quoted(details.contract.con_id)
        self.combos.on_known(details.contract.con_id)

    # -- regular work -------------------------------------------------------------------------

    def _on_exits_known(self) -> None:
        self._presence.synced = True
        self.exits.flattener.resume()
        self.publish_link()

    def _on_late(self, text: str) -> None:
        if self._presence.orders_refused:
            return  # the state of the link says so already, and what to do
        self.notify(
            Severity.WARNING,
            f"The comparison with the broker is not complete: {text}.",
            effect="New entries are denied until it is.",
            advice="It is repeated by itself.",
        )

    def _on_begin_full(self) -> None:
        self.figures.positions.begin_refresh()
        self.health.comparing()

    def _on_callback_error(self, error: Exception) -> None:
        if isinstance(error, JournalError):
            self.lock(str(error))
            return
        if sentence := self._caught.sentence(error):
            effect = "The session goes on; orders are compared with the broker now."
            self.notify(
                Severity.ALARM, sentence, effect=effect, advice="Save the log and report it."
            )
        self.reconciler.ask()

    def _sweep(self) -> None:
        self._loop.call_later(SWEEP_SECONDS, self._sweep)
        self.order_desk.sweep()
        self.exits.moves.check()
        self.exerciser.check()
        self.figures.sweep()
        self._risk_watch.sweep()
        self.health.refresh()
        self.combos.sweep()
        self.feed.sweep()
        self.publish_link()

    def _after_pass(self) -> None:
        try:
            self.order_desk.write_notes()
            self._journal.commit()
        except JournalError as error:
            self.lock(str(error))
        self.streams.settle()
        self.figures.publish_when_due()
        self._out.flush()
        self._judge.settle()

    # -- building -----------------------------------------------------------------------------

    def _feed_parts(self, market: Market) -> FeedParts:
        return FeedParts(
            clock=self._clock,
            session=self.session,
            link=self.link,
            presence=self._presence,
            contracts=self.contracts,
            data=self.data,
            figures=self.figures,
            market=market,
            outgoing=self._out,
            notify=self.notify,
        )

    def _build_order_desk(self) -> OrderDesk:
        parts = OrderDeskParts(
            clock=self._clock,
            journal=self._journal,
            orders=self.orders,
            session=self.session,
            contracts=self.contracts,
            outgoing=self._out,
            lock=self.lock,
            install=self._settings.install,
            client_id=ClientId(self._settings.session.client_id),
            environment_fault=self.standing.environment_fault,
            reactor=self._loop,
            checkpoint=self._checkpoint,
            quote=self.figures.quotes.quote,
        )
        return OrderDesk(parts, self._build_judge)

    def _build_reconciler(self) -> Reconciler:
        return Reconciler(
            self._loop,
            self._clock,
            self.session,
            self.orders,
            self.order_desk.apply_input,
            needs_user=self.standing.is_live,
        )

    def _build_exits(self) -> Exits:
        room, notify = self.session.may_write_entry, self.notify
        self.exerciser = build_exerciser(self, self._clock, self._journal)
        self.several = Several(self._loop, self.order_desk, self._judge, room, notify)
        return build_exits(
            ClosingParts(
                clock=self._clock,
                orders=self.orders,
                order_desk=self.order_desk,
                judge=self._judge,
                quotes=self.figures.quotes,
                contracts=self.contracts,
                positions=self.figures.positions,
                limits=self.limits.of,
                refs=OrderRefs(self._settings.install),
                notify=self.notify,
                synced=lambda: self._presence.synced,
                look_up=self.contracts.ask_again,
            ),
            self.figures.positions.average_cost,
            self._flatten_parts,
            lambda: self._presence.accounts,
            self._risk_watch.guard.held,
        )

    def _flatten_parts(self, closer: Closer) -> FlattenParts:
        return FlattenParts(
            reactor=self._loop,
            orders=self.orders,
            controller=self.order_desk.controller,
            closer=closer,
            positions=self.figures.positions,
            contracts=self.contracts,
            trading=self.trading,
            may_send=lambda: self._presence.synced,
            has_room=self.session.may_write_exit,
            ask_positions=self.session.account.positions,
            publish_state=self.publish_link,
            notify=self.notify,
        )

    def _build_risk_watch(self) -> RiskWatch:
        portfolio = portfolio_sources(self.data.questions, self.contracts.need, self.figures)
        self.risk.is_settled = lambda: self._presence.synced
        risk = (self._presence, self.risk, self.limits, self.order_desk)
        spread = Spread(self._loop, self._clock)
        return watching(*risk, portfolio, self._reduce_only, self.notify, spread)

    def _build_judge(self, order_desk: OrderDesk) -> Judge:
        self._judge = Judge(
            JudgeSources(
                clock=self._clock,
                quotes=ComboQuotes(self.figures.quotes, self.contracts),
                contracts=self.contracts,
                positions=self.figures.positions,
                orders=self.orders,
                summary=self.figures.balances.summary,
                standing=self.standing.of,
                actions=lambda: order_desk.controller.actions,
                book=self.risk.exposures.book,
                day=self.risk.day,
                preview=self.risk.previews.of,
                rate=self.risk.rate,
                told=self.figures.quotes.number,
            )
        )
        return self._judge

    def _connect_hooks(self) -> None:
        self.shown_account = ShownAccount(self._presence, self.figures, self.publish_link)
        self.exits.emergency.stop_sending = self.several.stop_all
        basics = Basics(self._loop, self._clock, self._journal, self._out, self._checkpoint)
        self.alerts, self.rules = build_rules(self, basics, self._settings)
        self.figures.also_publish(self.data)
        self.feed.trades_in(self.figures.positions, self.orders.working)
        self.figures.also_publish(self._risk_watch)
        self._risk_watch.flatten = self.exits.flattener.start
        self._loop.after_pass = self._after_pass
        self._loop.on_error = self._on_callback_error
        self.link.on_changed = self.publish_link
        self.order_desk.ask_broker = self.reconciler.ask
        self.order_desk.trail_stops.look = self.reconciler.look
        self.order_desk.orders_changed = heard(self._risk_watch.look, self.rules.orders_changed)
        self.order_desk.reduce_only = self._reduce_only
        self.risk.record = self.order_desk.notes.add
        self.reconciler.on_begin_full = self._on_begin_full
        self.reconciler.on_exits_known = self._on_exits_known
        self.reconciler.on_synced = self.health.compared
        self.reconciler.on_late = self._on_late
