"""Virtual devices that send: the public API, and all that ``web`` may import."""

import simulator.generators  # noqa: F401, registers every generator's word
from simulator.credentials import (
    CheckedTable,
    CredentialTable,
    check_credentials,
    credential_problems,
    key_trouble,
    read_credentials,
    unpacked,
)
from simulator.credentials import troubles_of as certificate_troubles
from simulator.datasets import Dataset, read_dataset
from simulator.definition import Checked, Definition, check, parse, parse_document
from simulator.definition.carrying import target_problems
from simulator.definition.expressions.template import parse_template
from simulator.definition.position import position_names
from simulator.definition.quantities.cron import Cron
from simulator.definition.schema import definition_schema
from simulator.errors import (
    DatasetError,
    DefinitionError,
    MocklotError,
    Problem,
    ProtocolViolation,
    Refused,
    StaleLease,
    TargetError,
    Unreachable,
)
from simulator.exporting import Export, Exports
from simulator.faults import Span
from simulator.faults.checks import fault_problems
from simulator.forecast import MAX_SENDS, Forecast, forecast
from simulator.inference import Comparison, Inferred, Note, compare, infer, infer_recording
from simulator.library import Ready, ready
from simulator.lot import (
    MAX_DURATION,
    MAX_MOCKS,
    MAX_RATE,
    Credentials,
    Deal,
    HttpTarget,
    Lot,
    MqttTarget,
    Part,
    Target,
    Threshold,
    Tls,
    Will,
    target_of,
)
from simulator.lot.fault import Fault
from simulator.lot.faults import fault_of
from simulator.lot.growth import MAX_ADDITIONS, Addition, additions
from simulator.lot.order import Order
from simulator.lot.orders import order_of
from simulator.lot.pace import Late, Pace
from simulator.lot.places import Place, places_of
from simulator.lot.presence import Presence
from simulator.lot.profiles import PROFILES, Profile, limit_problems
from simulator.lot.ramp import Ramp
from simulator.lot.reading import Words, fault_words, lot_words, order_words, target_words
from simulator.lot.schema import OF_LOTS, OF_TARGETS, fault_schema, lot_schema, target_schema
from simulator.lot.thresholds import threshold_problems
from simulator.orders.checks import order_names, order_problems
from simulator.outlook import MessageOutlook, MetricOutlook, Outlook, busiest, outlook
from simulator.preview import PreviewMessage, preview, series
from simulator.reach import Closed, NoHost, Reach, address_in, host_in
from simulator.recording.arrivals import counted_delays
from simulator.recording.board import (
    BOARD,
    Board,
    Link,
    new_board,
    pack_board,
    unpack_board,
)
from simulator.recording.breakdown import FIGURES, OTHERS, Breakdown, united
from simulator.recording.chunks import Chunk
from simulator.recording.counters import Second
from simulator.recording.histogram import Histogram
from simulator.recording.layout import record_schema
from simulator.recording.limited import Limited
from simulator.recording.reasons import Reason
from simulator.recording.tailing import Watch
from simulator.recording.writer import Writer
from simulator.roll import LotProblem, RollCall, identity_problems, lot_problems, roll_call
from simulator.speech import Speech
from simulator.tower import Assignment, Resume, Snapshot, Told, Tower, run_in_loop
from simulator.tower.visiting import Visit, visitors_of
from simulator.transports.cutting import cut
from simulator.transports.gate import Forbidden, Gate, forbidden_of
from simulator.transports.pools import NO_PROXIES, hold_client
from simulator.verdict import Figures, Ruling, verdict

__all__ = [
    "BOARD",
    "FIGURES",
    "MAX_ADDITIONS",
    "MAX_DURATION",
    "MAX_MOCKS",
    "MAX_RATE",
    "MAX_SENDS",
    "NO_PROXIES",
    "OF_LOTS",
    "OF_TARGETS",
    "OTHERS",
    "PROFILES",
    "Addition",
    "Assignment",
    "Board",
    "Breakdown",
    "Checked",
    "CheckedTable",
    "Chunk",
    "Closed",
    "Comparison",
    "CredentialTable",
    "Credentials",
    "Cron",
    "Dataset",
    "DatasetError",
    "Deal",
    "Definition",
    "DefinitionError",
    "Export",
    "Exports",
    "Fault",
    "Figures",
    "Forbidden",
    "Forecast",
    "Gate",
    "Histogram",
    "HttpTarget",
    "Inferred",
    "Late",
    "Limited",
    "Link",
    "Lot",
    "LotProblem",
    "MessageOutlook",
    "MetricOutlook",
    "MocklotError",
    "MqttTarget",
    "NoHost",
    "Note",
    "Order",
    "Outlook",
    "Pace",
    "Part",
    "Place",
    "Presence",
    "PreviewMessage",
    "Problem",
    "Profile",
    "ProtocolViolation",
    "Ramp",
    "Reach",
    "Ready",
    "Reason",
    "Refused",
    "Resume",
    "RollCall",
    "Ruling",
    "Second",
    "Snapshot",
    "Span",
    "Speech",
    "StaleLease",
    "Target",
    "TargetError",
    "Threshold",
    "Tls",
    "Told",
    "Tower",
    "Unreachable",
    "Visit",
    "Watch",
    "Will",
    "Words",
    "Writer",
    "additions",
    "address_in",
    "busiest",
    "certificate_troubles",
    "check",
    "check_credentials",
    "compare",
    "counted_delays",
    "credential_problems",
    "cut",
    "definition_schema",
    "fault_of",
    "fault_problems",
    "fault_schema",
    "fault_words",
    "forbidden_of",
    "forecast",
    "hold_client",
    "host_in",
    "identity_problems",
    "infer",
    "infer_recording",
    "key_trouble",
    "limit_problems",
    "lot_problems",
    "lot_schema",
    "lot_words",
    "new_board",
    "order_names",
    "order_of",
    "order_problems",
    "order_words",
    "outlook",
    "pack_board",
    "parse",
    "parse_document",
    "parse_template",
    "places_of",
    "position_names",
    "preview",
    "read_credentials",
    "read_dataset",
    "ready",
    "record_schema",
    "roll_call",
    "run_in_loop",
    "series",
    "target_of",
    "target_problems",
    "target_schema",
    "target_words",
    "threshold_problems",
    "united",
    "unpack_board",
    "unpacked",
    "verdict",
    "visitors_of",
]
