"""The running program: builds every part, connects them, and ends them in order."""

import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    QProcess,
    QTimer,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication

from workstation.app.app_lock import AppLockKeeper
from workstation.app.asking import Asking
from workstation.app.bar_files import BarFiles
from workstation.app.crash import CrashDialog
from workstation.app.draft_files import DraftFiles
from workstation.app.drawing_files import DrawingFiles
from workstation.app.gateway_process import GatewayProcess, program_command
from workstation.app.hotkey_files import HotkeyFiles
from workstation.app.indicator_library import load_indicators
from workstation.app.layout_file import read_layout, write_layout
from workstation.app.limit_profile_files import LimitProfileFiles
from workstation.app.logs import start_logging, stop_logging
from workstation.app.memory import SETTLED_SECONDS, set_aside
from workstation.app.milestones import Milestones
from workstation.app.options import Options
from workstation.app.order_sounds import OrderSounds
from workstation.app.own_indicators import OwnIndicators
from workstation.app.practice_files import PracticeFiles
from workstation.app.preset_files import PresetFiles
from workstation.app.shell import Shell
from workstation.app.template_file import TemplateFile
from workstation.app.unseen import UnseenPace
from workstation.bridge.commands import CommandPort, CommandQueue
from workstation.bridge.inbox import Inbox
from workstation.domain.clock import SystemClock
from workstation.domain.commands import UseEndpoint
from workstation.domain.errors import WorkstationError
from workstation.domain.messages import NoticeArrived
from workstation.domain.notice import Notice, Severity
from workstation.domain.turns import TURNS
from workstation.storage.lock import FolderLock
from workstation.storage.paths import ProfileFiles
from workstation.ui.chart.live_paint import live_painter
from workstation.ui.held_keys import HeldKeys
from workstation.ui.layout_state import first_frame
from workstation.ui.main_window import MainWindow
from workstation.ui.theme import apply_theme

log = logging.getLogger(__name__)

LAYOUT_MS = 30_000
DEMO_SYMBOLS = ("AAPL", "GOOG", "IBM", "META", "MSFT")
SCREENSHOT_SECONDS = 8.0


class Program(QObject):
    """Owns window, core thread and gateway process. GUI thread."""

    ended = Signal()
    """Core and gateway are gone; the application may quit."""

    def __init__(
        self, options: Options, files: ProfileFiles, parent: QObject | None = None
    ) -> None:
        """Build everything that needs no event loop. Raises OSError and WorkstationError."""
        super().__init__(parent)
        self._options = options
        self._files = files
        self._closing = False
        self.inbox = Inbox(self)
        self._queue = CommandQueue()
        self.commands = CommandPort(self._queue, self)
        self.gateway: GatewayProcess | None = None
        self._stop_core: Callable[[], None] = self._on_core_finished
        self.exit_code = 0
        self._lock = FolderLock(files.folder)
        if options.profile.starts_gateway:
            self.gateway = GatewayProcess(
                files.gateway_state, options.seed, options.frame_log, self
            )
        self.window = MainWindow(
            self.commands,
            read_only=options.read_only,
            symbols=DEMO_SYMBOLS if options.profile.starts_gateway else (),
            clock=_now,
        )
        self._serve_charts(options, files)
        self._milestones = Milestones(self.window, self)
        self.crash = CrashDialog(files.logs, _now, self.window)
        self.asking = Asking(self.commands, self)
        self.shell = Shell(
            options, self.commands, self.window, files.logs, lambda: self.window.state.link
        )
        self.next_profile = ""
        """Profile to start anew with once everything has ended, "" for none."""
        self._keep_layout = QTimer(self)
        self._keep_layout.setInterval(LAYOUT_MS)
        self._connect()

    def _use_own_files(self) -> None:
        self.preset_files = PresetFiles(self._files.presets, self)
        self.preset_files.faulted.connect(self._on_settings_faulted)
        self.window.board.presetting.use_keeper(self.preset_files)
        self.app_lock = AppLockKeeper(self._files.app_lock, self)
        self.window.menu.locking.use_keeper(self.app_lock)
        if self.app_lock.fault:
            self._on_settings_faulted(f"{self.app_lock.fault}; the window does not lock by itself.")
        self.hotkey_files = HotkeyFiles(self._files.hotkeys, self)
        self.hotkey_files.faulted.connect(self._on_settings_faulted)
        for fault in self.window.menu.hotkeys.use_keeper(self.hotkey_files):
            self._on_settings_faulted(f"{fault}.")
        self.draft_files = DraftFiles(self._files.drafts, self)
        self.draft_files.faulted.connect(self._on_settings_faulted)
        self.window.menu.drafting.use_keeper(self.draft_files)
        self.sounds: OrderSounds | None = None
        self._close_history: Callable[[], None] | None = None

    def _serve_charts(self, options: Options, files: ProfileFiles) -> None:
        """Give the charts what they keep and where."""
        charts = self.window.board.charts
        charts.use_indicators(load_indicators)
        charts.use_drawings(DrawingFiles(files.drawings))
        charts.templates.use_store(TemplateFile(options.data_folder))
        self.bar_files = BarFiles(files.bars, self)
        charts.use_keeper(self.bar_files)
        charts.use_practice(PracticeFiles(files.practice))

    def start(self) -> None:
        """Start gateway and window; the core follows the first paint."""
        if self.gateway is not None:
            self.gateway.start()
        layout = read_layout(self._files.layout)
        if layout is None:
            self.window.setGeometry(first_frame(self.window.screen().availableGeometry()))
            self.window.reset_layout()
        else:
            self.window.restore_layout(layout)
        self.window.show()
        self.inbox.start()
        self._pace = UnseenPace(self.inbox, self)
        self._keep_layout.start()
        self._start_own_indicators()
        if self.gateway is None:
            self.shell.connect_first()
        if self._options.settings_fault:
            self._say(
                Severity.WARNING,
                f"{self._options.settings_fault}.",
                "The program runs with its defaults; limits are in a file of their own.",
                "Mend or remove the file, then restart.",
            )
        self._plan_exit()

    def _start_own_indicators(self) -> None:
        charts = self.window.board.charts
        charts.use_own_folder(self.own_indicators.folder)
        self.own_indicators.changed.connect(charts.on_own_changed)
        self.own_indicators.start()

    @Slot()
    def _on_painted(self) -> None:
        if self._closing:
            return
        from workstation.app.opening import open_core

        core = open_core(self._options, self._files, self.inbox, self._queue, SystemClock(), self)
        self._stop_core = core.stop
        self._open_timelines()
        self.asking.suggest(self.window.watchlist)
        core.progressed.connect(self.window.banner.show_start)
        core.opened.connect(self._on_core_opened)
        core.refused.connect(self._on_core_refused)
        core.finished.connect(self._on_core_finished)
        core.failed.connect(self._on_core_failed)
        core.start()

    @Slot(object)
    def _on_core_refused(self, why: str) -> None:
        sys.stderr.write(f"workstation: {why}\n")
        self.exit_code = 2
        self.close()

    @Slot(object)
    def _on_core_opened(self, journal_fault: str) -> None:
        if journal_fault:
            self._say(
                Severity.ALARM,
                f"The record of orders was damaged and set aside: {journal_fault}",
                "Trading is halted. Working orders stay at the broker and are read from there. "
                "Limits and locks go on as far as they could be read.",
                "Compare every order and position with TWS; 'Resume trading' then asks you to "
                "acknowledge what may be missing.",
            )

    def _open_timelines(self) -> None:
        from workstation.app.dry_runs import DryRuns
        from workstation.app.limits_logs import LimitsLogs
        from workstation.app.order_timelines import OrderTimelines
        from workstation.app.past_trades import PastTrades
        from workstation.app.quality_files import QualityFiles
        from workstation.app.table_files import TableFiles

        self.quality_files = QualityFiles(self._files.journal, self.window.board.quality)
        self.sounds = OrderSounds(self._options.data_folder / "sounds", self)
        self.window.menu.notices.sound_wanted.connect(self.sounds.play)
        self.table_files = TableFiles(self)
        self.table_files.told.connect(self._on_exported)
        for panel in (self.window.orders, self.window.board.executions):
            panel.export_requested.connect(self.table_files.write)
        self.timelines = OrderTimelines(self._files.journal, self._options.client_id, self.window)
        self.window.orders.timeline_requested.connect(self.timelines.open)
        self.past_trades = PastTrades(
            self._options.data_folder,
            self._options.profile.name,
            self._options.client_id,
            self.window.board.history,
        )
        self._close_history = self.past_trades.close
        self.window.board.history.timeline_requested.connect(self.timelines.open)
        self.limits_logs = LimitsLogs(self._files.journal, self.window)
        self.window.board.risk.log_requested.connect(self.limits_logs.open)
        link = self.window.board.limit_profiles
        self.limit_files = LimitProfileFiles(link)
        self.dry_runs = DryRuns(
            self._files.journal, self._files.limits, self.window.board.risk.dry_run
        )

    @Slot()
    def close(self) -> None:
        """Close as a user would who leaves working orders alone."""
        self.window.force_close()

    # -- ending -------------------------------------------------------------------------------

    @Slot()
    def _on_closing(self) -> None:
        if self._closing:
            return
        self._closing = True
        self._pace.stop()
        self._keep_layout.stop()
        self.asking.close()
        self.own_indicators.close()
        self.window.board.charts.keep()
        write_layout(self._files.layout, self.window.layout_state())
        self.shell.leave()
        if self.sounds is not None:
            self.sounds.close()
        if self._close_history is not None:
            self._close_history()
        self._stop_core()

    @Slot()
    def _on_core_finished(self) -> None:
        self.inbox.stop()
        self._stop_core = self._on_core_finished  # there is nothing left to stop
        if not self._closing:
            return
        if self.gateway is None:
            self._on_gateway_stopped()
        else:
            self.gateway.stop()

    @Slot()
    def _on_gateway_stopped(self) -> None:
        self.bar_files.close()
        self._lock.release()
        self.ended.emit()

    @Slot()
    def _on_exit_due(self) -> None:
        if self._options.screenshot is not None:
            saved = self.window.grab().save(str(self._options.screenshot), "PNG")
            if not saved:
                log.warning("the picture could not be written")
                sys.stderr.write(f"workstation: cannot write {self._options.screenshot}\n")
        self.close()

    def _plan_exit(self) -> None:
        seconds = self._options.exit_after
        if seconds is None and self._options.screenshot is not None:
            seconds = SCREENSHOT_SECONDS
        if seconds is not None:
            QTimer.singleShot(int(seconds * 1000), self, self._on_exit_due)

    # -- events -------------------------------------------------------------------------------

    @Slot(object)
    def _on_gateway_listening(self, port: int) -> None:
        self.commands.send(UseEndpoint("127.0.0.1", port))

    @Slot(object)
    def _on_gateway_faulted(self, sentence: str) -> None:
        self._say(
            Severity.ERROR,
            sentence,
            "Simulated orders are kept in its state file.",
            "It is started again by itself.",
        )

    @Slot(object)
    def _on_core_failed(self, fault: str) -> None:
        self._say(
            Severity.ALARM,
            f"The trading core ended by an error: {fault}",
            "No order can be sent or cancelled from here. Working orders stay at the broker.",
            "Use TWS or the mobile program, then restart this program.",
        )

    @Slot()
    def _on_layout_due(self) -> None:
        write_layout(self._files.layout, self.window.layout_state())

    def on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Take what a slot raised; never a traceback on the screen."""
        self.crash.show(kind, error, trace)

    @Slot(object)
    def _on_settings_faulted(self, sentence: str) -> None:
        self._say(Severity.WARNING, sentence, "Orders are not touched by it.", "")

    @Slot(object)
    def _on_exported(self, sentence: str) -> None:
        self._say(Severity.INFO, sentence, "", "")

    @Slot(object)
    def _on_launch_ended(self, sentence: str) -> None:
        self._say(
            Severity.WARNING,
            sentence,
            "Orders at the broker stay as they are.",
            "Start it again in File, Connection, Standby and start.",
        )

    @Slot(object)
    def _on_restart_requested(self, profile: str) -> None:
        self.next_profile = profile
        self.window.close()
        question = self.window.leaving.dialog
        if question is not None:
            question.answered.connect(self._on_leaving_answered)

    @Slot(object)
    def _on_leaving_answered(self, answer: str) -> None:
        if answer == "stay":
            self.next_profile = ""

    def _say(self, severity: Severity, text: str, effect: str, advice: str) -> None:
        notice = Notice(severity=severity, text=text, effect=effect, advice=advice, time=_now())
        self.window.on_events((NoticeArrived(notice),))

    def _connect(self) -> None:
        self._use_own_files()
        self.own_indicators = OwnIndicators(self._options.data_folder / "indicators", self)
        self.inbox.events_arrived.connect(self.commands.on_events)
        self.inbox.events_arrived.connect(self.window.on_events)
        self.inbox.latest_arrived.connect(self.window.on_latest)
        self.inbox.latest_arrived.connect(self._milestones.on_latest)
        self.inbox.inbox_drained.connect(self.window.on_frame)
        live_painter().follow(self.inbox)  # behind the window, which takes the messages
        self.window.closing.connect(self._on_closing)
        self.window.connection_requested.connect(self.shell.open_connection)
        self.shell.restart_requested.connect(self._on_restart_requested)
        self.shell.faulted.connect(self._on_settings_faulted)
        self.shell.launch_ended.connect(self._on_launch_ended)
        self._milestones.painted.connect(self._on_painted)
        self._keep_layout.timeout.connect(self._on_layout_due)
        if self.gateway is not None:
            self.gateway.listening.connect(self._on_gateway_listening)
            self.gateway.faulted.connect(self._on_gateway_faulted)
            self.gateway.stopped.connect(self._on_gateway_stopped)


def run(options: Options) -> int:
    """Run the program until its window closes; returns the exit code."""
    os.umask(0o077)  # whatever is written from here on is for its owner alone
    if options.offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    TURNS.begin()
    try:
        files = ProfileFiles.of(options.data_folder, options.profile.name)
        handler = start_logging(files.logs)
    except OSError as error:
        sys.stderr.write(f"workstation: {options.data_folder} cannot be used: {error}\n")
        return 2
    application = _new_application()
    try:
        program = Program(options, files)
    except (OSError, WorkstationError) as error:
        sys.stderr.write(f"workstation: {error}\n")
        stop_logging(handler)
        return 2
    sys.excepthook = program.on_exception
    program.ended.connect(application.quit)
    _close_on_signals(program)
    program.start()
    QTimer.singleShot(SETTLED_SECONDS * 1000, program, set_aside)
    code = int(application.exec())
    program.asking.end()
    next_profile, exit_code = program.next_profile, program.exit_code
    sys.excepthook = sys.__excepthook__
    program.window.deleteLater()
    program.deleteLater()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qInstallMessageHandler(None)
    stop_logging(handler)
    if next_profile:
        start_anew(options, next_profile)
    return code or exit_code


def _new_application() -> QApplication:
    qInstallMessageHandler(_log_qt_message)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("workstation")
    application.setQuitOnLastWindowClosed(False)
    apply_theme(application, "dark")
    HeldKeys(application)
    return application


def start_anew(options: Options, profile: str) -> None:
    """Start a new process of the program with another profile and the same folder."""
    command = program_command()
    arguments = [*command[1:], "--profile", profile, "--data-dir", str(options.data_folder)]
    arguments += ["--read-only"] if options.read_only else []
    QProcess.startDetached(command[0], arguments)


def _close_on_signals(program: Program) -> None:
    """Close in order on Ctrl+C and on a polite request of the system to end."""

    def on_signal(_number: int, _frame: object) -> None:
        QTimer.singleShot(0, program, program.close)

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)


def _log_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Keep Qt's own messages off the screen; the log has them."""
    del context
    worth_a_warning = kind in {QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg}
    harmless = text.startswith("This plugin does not support")
    level = logging.WARNING if worth_a_warning and not harmless else logging.INFO
    log.log(level, "Qt: %s", text)


def _now() -> datetime:
    return datetime.now(UTC)
