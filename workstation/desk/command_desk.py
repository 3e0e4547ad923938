"""Takes the window's commands and answers each one exactly once."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from workstation.desk.desk import Desk
from workstation.desk.request_desk import RequestDesk
from workstation.desk.rule_commands import rule_handlers
from workstation.desk.several_commands import several_handlers
from workstation.desk.streams import WATCHLIST
from workstation.desk.watch_commands import watch_handlers
from workstation.domain.alert import MoveAlert, PlaceAlert, RemoveAlert
from workstation.domain.commands import (
    AcknowledgeLoss,
    Ask,
    AttendQuotes,
    CancelOrder,
    CancelOrders,
    ChangeOrder,
    ChooseDataType,
    ClosePosition,
    Command,
    CommandResult,
    ConfirmNotPlaced,
    Done,
    Failed,
    Flatten,
    FollowBars,
    FollowDepth,
    FollowQuotes,
    FollowTape,
    GlobalCancel,
    HalvePosition,
    PreviewChange,
    PreviewMargin,
    PreviewOrder,
    Reconnect,
    RequestArticle,
    RequestBars,
    RequestHeadlines,
    ReversePosition,
    SetArmed,
    SetTradingState,
    ShowAccount,
    StopToBreakeven,
    SubmitBracket,
    SubmitOrder,
    UnfollowBars,
    UnfollowDepth,
    UnfollowQuotes,
    UnfollowTape,
    UnwatchContract,
    UseEndpoint,
    WatchSymbol,
    WithdrawAsk,
)
from workstation.domain.confirmation import UseConfirmations
from workstation.domain.coverage import RepairProtection
from workstation.domain.errors import JournalError
from workstation.domain.exercise import ExerciseOption
from workstation.domain.finding import Denied, Finding, Level, RiskCode, TradingState
from workstation.domain.ids import ConId
from workstation.domain.limit_use import ApplyLimits, LockLimits
from workstation.domain.order_status import OrderFlag
from workstation.domain.raw_message import MessagesRead, ReadMessages
from workstation.domain.round_trips import FillsAnswer, RequestFills
from workstation.domain.several import PrepareCombo, PrepareContracts, SubmitHedged
from workstation.domain.subscription import StreamKind
from workstation.domain.turns import TURNS
from workstation.oms.events import NotPlacedConfirmed

log = logging.getLogger(__name__)

Answering = Callable[[CommandResult], None]
"""Takes the answer to a command whose answer comes later."""


class CommandDesk:
    """Runs commands in the order of their arrival. Core thread."""

    def __init__(
        self,
        desk: Desk,
        take: Callable[[], tuple[int, Command] | None],
        questions: RequestDesk,
    ) -> None:
        self._desk = desk
        self._take = take
        self._questions = questions
        self._answer = desk.answer
        self._handlers: dict[type, Callable[[Any], CommandResult]] = {
            **self._order_handlers(),
            UseEndpoint: self._use_endpoint,
            UnwatchContract: self._unwatch,
            Reconnect: self._reconnect,
            SetArmed: self._set_armed,
            ShowAccount: self._desk.shown_account.show,
            SetTradingState: self._set_trading_state,
            AcknowledgeLoss: self._acknowledge_loss,
            **self._data_handlers(),
            WithdrawAsk: questions.withdraw,
        }
        self._later: dict[type, Callable[[Any, Answering], None]] = {
            WatchSymbol: self._watch,
            ChangeOrder: self._change,
            PreviewMargin: self._preview_margin,
            PrepareCombo: self._prepare_combo,
            PrepareContracts: self._prepare_contracts,
            RequestBars: self._request_bars,
            FollowBars: self._follow_bars,
            RequestHeadlines: self._request_headlines,
            RequestArticle: self._request_article,
        }

    def _order_handlers(self) -> dict[type, Callable[[Any], CommandResult]]:
        desk = self._desk
        return {
            SubmitOrder: self._submit,
            SubmitBracket: self._submit_bracket,
            ClosePosition: self._close_position,
            HalvePosition: self._halve,
            ReversePosition: self._reverse,
            StopToBreakeven: self._breakeven,
            RepairProtection: self._repair,
            **several_handlers(desk),
            **watch_handlers(desk),
            **rule_handlers(desk),
            ExerciseOption: desk.exerciser.exercise,
            Flatten: self._flatten,
            ApplyLimits: self._apply_limits,
            LockLimits: self._lock_limits,
            CancelOrder: self._cancel,
            CancelOrders: self._cancel_orders,
            GlobalCancel: self._cancel_globally,
            ConfirmNotPlaced: self._confirm_not_placed,
            PreviewOrder: self._preview,
            PreviewChange: self._preview_change,
            UseConfirmations: self._use_confirmations,
        }

    def _data_handlers(self) -> dict[type, Callable[[Any], CommandResult]]:
        return {
            RequestFills: self._request_fills,
            ReadMessages: lambda c: MessagesRead(self._desk.session.raw_log.read(c.after)),
            **self._alert_handlers(),
            UnfollowBars: self._unfollow_bars,
            FollowDepth: self._follow_depth,
            UnfollowDepth: self._unfollow_depth,
            FollowQuotes: self._follow_quotes,
            UnfollowQuotes: self._unfollow_quotes,
            FollowTape: self._follow_tape,
            UnfollowTape: self._unfollow_tape,
            AttendQuotes: self._attend,
            ChooseDataType: self._choose_data_type,
        }

    def _alert_handlers(self) -> dict[type, Callable[[Any], CommandResult]]:
        alerts = self._desk.alerts
        return {
            PlaceAlert: lambda command: alerts.place(command.con_id, command.price),
            MoveAlert: lambda command: alerts.move(command.number, command.price),
            RemoveAlert: lambda command: alerts.remove(command.number),
        }

    def drain(self) -> None:
        """Carry out every command that waits."""
        TURNS.hold()
        try:
            while (waiting := self._take()) is not None:
                self.carry_out(*waiting)
        finally:
            TURNS.let_go()

    def carry_out(self, number: int, command: Command) -> None:
        """Carry out one command; whatever goes wrong, it is answered."""
        answer = partial(self._answer, number)
        try:
            if isinstance(command, Ask):
                self._questions.ask(number, command, answer)
                return
            later = self._later.get(type(command))
            if later is not None:
                later(command, answer)
                return
            result = self._handlers[type(command)](command)
        except JournalError as error:
            self._desk.lock(str(error))
            result = _denied(str(error)) if _is_order(command) else Failed(str(error))
        except Exception as error:
            log.exception("a command failed")
            text = f"An internal error stopped this ({type(error).__name__})."
            result = _denied(text) if _is_order(command) else Failed(text)
            self._desk.reconciler.ask()
        answer(result)

    def _watch(self, command: WatchSymbol, answer: Answering) -> None:
        self._desk.contracts.watch(command.symbol, answer)

    def _prepare_combo(self, command: PrepareCombo, answer: Answering) -> None:
        self._desk.combos.prepare(command.legs, answer)

    def _prepare_contracts(self, command: PrepareContracts, answer: Answering) -> None:
        self._desk.combos.prepare_contracts(command.con_ids, answer)

    def _request_bars(self, command: RequestBars, answer: Answering) -> None:
        self._desk.data.request_bars(command, answer)

    def _follow_bars(self, command: FollowBars, answer: Answering) -> None:
        self._desk.data.follow_bars(command.series, answer)

    def _request_fills(self, command: RequestFills) -> CommandResult:
        return FillsAnswer(command.con_id, self._desk.order_desk.fills_of(command.con_id))

    def _unfollow_bars(self, command: UnfollowBars) -> CommandResult:
        self._desk.data.unfollow_bars(command.series)
        return Done()

    def _follow_depth(self, command: FollowDepth) -> CommandResult:
        return self._follow(command.con_id, StreamKind.DEPTH, command.widget)

    def _unfollow_depth(self, command: UnfollowDepth) -> CommandResult:
        return self._unfollow(command.con_id, StreamKind.DEPTH, command.widget)

    def _follow_quotes(self, command: FollowQuotes) -> CommandResult:
        self._desk.contracts.need(command.con_id)
        return self._follow(command.con_id, StreamKind.QUOTES, command.widget)

    def _unfollow_quotes(self, command: UnfollowQuotes) -> CommandResult:
        return self._unfollow(command.con_id, StreamKind.QUOTES, command.widget)

    def _follow_tape(self, command: FollowTape) -> CommandResult:
        return self._follow(command.con_id, StreamKind.TAPE, command.widget)

    def _unfollow_tape(self, command: UnfollowTape) -> CommandResult:
        return self._unfollow(command.con_id, StreamKind.TAPE, command.widget)

    def _follow(self, con_id: ConId, kind: StreamKind, widget: str) -> CommandResult:
        self._desk.streams.want(con_id, kind, widget)
        return Done()

    def _unfollow(self, con_id: ConId, kind: StreamKind, widget: str) -> CommandResult:
        self._desk.streams.drop(con_id, kind, widget)
        return Done()

    def _attend(self, command: AttendQuotes) -> CommandResult:
        self._desk.streams.attend(
            command.chosen, command.visible, list_is_seen=command.list_is_seen
        )
        return Done()

    def _choose_data_type(self, command: ChooseDataType) -> CommandResult:
        self._desk.streams.set_type(command.con_id, command.data_type)
        return Done()

    def _request_headlines(self, command: RequestHeadlines, answer: Answering) -> None:
        self._desk.data.questions.headlines(command.con_id, answer)

    def _request_article(self, command: RequestArticle, answer: Answering) -> None:
        self._desk.data.questions.article(command, answer)

    def _submit(self, command: SubmitOrder) -> CommandResult:
        return self._desk.order_desk.submit(command.draft)

    def _submit_bracket(self, command: SubmitBracket) -> CommandResult:
        return self._desk.order_desk.submit_bracket(command.bracket)

    def _close_position(self, command: ClosePosition) -> CommandResult:
        return self._desk.exits.closer.close(command.account, command.con_id)

    def _halve(self, command: HalvePosition) -> CommandResult:
        return self._desk.exits.moves.halve(command.account, command.con_id)

    def _reverse(self, command: ReversePosition) -> CommandResult:
        return self._desk.exits.closer.reverse(
            command.account, command.con_id, command.acknowledged, held=command.held
        )

    def _breakeven(self, command: StopToBreakeven) -> CommandResult:
        return self._desk.exits.moves.breakeven(command.account, command.con_id)

    def _repair(self, command: RepairProtection) -> CommandResult:
        return self._desk.exits.repairer.repair(command)

    def _flatten(self, command: Flatten) -> CommandResult:
        self._desk.several.stop_all("the account is being flattened")
        return self._desk.exits.flattener.start(command.account)

    def _apply_limits(self, command: ApplyLimits) -> CommandResult:
        desk = self._desk
        if fault := desk.limits.apply(command.account):
            return Failed(fault)
        desk.order_desk.set_gate_limit(desk.limits.of(command.account))
        desk.risk.recount(command.account)
        return Done("the edited limits are in force and on record")

    def _lock_limits(self, command: LockLimits) -> CommandResult:
        if self._desk.limits.of(command.account) is None:
            return Failed("No limits are in force for this account yet.")
        lock = self._desk.limits.lock.lock(command.account, "locked by choice")
        return Done(f"they can only get tighter until {lock.until:%Y-%m-%d %H:%M} UTC")

    def _preview_margin(self, command: PreviewMargin, answer: Answering) -> None:
        def noted(result: CommandResult) -> None:
            self._desk.risk.previews.note(command.draft, result)
            answer(result)

        self._desk.order_desk.previews.ask(command.draft, noted)

    def _change(self, command: ChangeOrder, answer: Answering) -> None:
        self._desk.order_desk.change_when_known(command.change, answer)

    def _cancel(self, command: CancelOrder) -> CommandResult:
        return self._desk.order_desk.controller.cancel(command.key)

    def _cancel_orders(self, command: CancelOrders) -> CommandResult:
        return self._desk.exits.emergency.cancel(
            account=command.account,
            con_id=command.con_id,
            side=command.side,
            protection=command.protection,
        )

    def _cancel_globally(self, _command: GlobalCancel) -> CommandResult:
        return self._desk.exits.emergency.cancel_globally()

    def _confirm_not_placed(self, command: ConfirmNotPlaced) -> CommandResult:
        order = self._desk.orders.get(command.key)
        if order is None or OrderFlag.ABSENT not in order.flags:
            return Failed("The broker has not been asked twice about this order yet.")
        self._desk.order_desk.apply_input(NotPlacedConfirmed(key=command.key))
        return Done("The order is marked as not placed.")

    def _use_endpoint(self, command: UseEndpoint) -> CommandResult:
        standby = (command.standby_host, command.standby_port) if command.standby_port else None
        if (command.host, command.port) != (self._desk.link.host, self._desk.link.port):
            self._desk.streams.forget_lessons()  # another TWS may leave more room, or less
        self._desk.link.use(command.host, command.port, standby)
        return Done()

    def _preview(self, command: PreviewOrder) -> CommandResult:
        return self._desk.order_desk.judge.preview(command.draft)

    def _preview_change(self, command: PreviewChange) -> CommandResult:
        return self._desk.order_desk.controller.preview_change(command.change)

    def _use_confirmations(self, command: UseConfirmations) -> CommandResult:
        return self._desk.order_desk.use_confirmations(command)

    def _unwatch(self, command: UnwatchContract) -> CommandResult:
        self._desk.streams.drop(command.con_id, StreamKind.QUOTES, WATCHLIST)
        return Done()

    def _reconnect(self, _command: Reconnect) -> CommandResult:
        self._desk.link.connect_now()
        return Done()

    def _set_armed(self, command: SetArmed) -> CommandResult:
        if command.armed and (fault := self._desk.standing.environment_fault()):
            return Failed(f"{fault}. Entries stay denied; choose the profile that fits.")
        self._desk.trading.armed = command.armed
        self._desk.publish_link()
        return Done()

    def _set_trading_state(self, command: SetTradingState) -> CommandResult:
        if command.state is TradingState.ACTIVE and self._desk.exits.flattener.running:
            return Failed("The account is being flattened; entries stay denied until that ends.")
        why_not = self._desk.limits.why_not_active()
        if command.state is TradingState.ACTIVE and why_not:
            return Failed(why_not)
        fault = self._desk.trading.set_by_hand(command.state)
        self._desk.publish_link()
        return Failed(fault) if fault else Done()

    def _acknowledge_loss(self, _command: AcknowledgeLoss) -> CommandResult:
        fault = self._desk.limits.loss.acknowledge()
        self._desk.publish_link()
        return Failed(fault) if fault else Done("Acknowledged; trading can be resumed now.")


def _is_order(command: Command) -> bool:
    return isinstance(command, SubmitOrder | ChangeOrder | SubmitBracket | SubmitHedged)


def _denied(text: str) -> Denied:
    return Denied((Finding(RiskCode.CHECK_ERROR, Level.HARD, text),))
