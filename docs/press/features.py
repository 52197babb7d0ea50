# ruff: noqa: E501 - tables, one row a line
"""What can be described, by which words, and the test that shows that it behaves so.

Rule: a row without a test that exists does not pass ``tests/architecture/test_reference.py``.
"""

from dataclasses import dataclass

from docs.press.tables import table

TESTS = "../../tests/"  # from the page


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that people look for."""

    what: str
    words: str  # of the document, or where else it is done
    test: str  # file::name, under tests/


_GENERATORS = "simulator/generators/test_"
_FLEET = "simulator/fleet/test_"
_PAYLOADS = "simulator/payloads/test_"

DEVICE = (
    Feature("nested JSON of any shape", "`json`", f"{_PAYLOADS}json.py::test_a_document_keeps_its_nesting_and_order"),
    Feature("many samples in one message, at a sub-interval", "`bulk: {count, step, of}`", f"{_PAYLOADS}json.py::test_a_bulk_is_an_array_of_its_samples"),
    Feature("several kinds of message, each with its interval and topic", "`messages`, `every`, `topic`, `path`", f"{_FLEET}sending.py::test_messages_come_at_exact_intervals_after_a_first_moment_of_chance"),
    Feature("several definitions in one lot, weighted", "the parts of a lot", "web/lots/test_views.py::test_a_lot_is_made"),
    Feature("text, CSV and forms", "`text`, `csv`, `form`", f"{_PAYLOADS}texts.py::test_a_line_has_its_cells_in_order"),
    Feature("frames of bytes as hex, base64 or raw, with scales, bits and checksums", "`binary`", f"{_PAYLOADS}frames.py::test_an_uplink_of_a_dragino_lht65_is_as_its_manual_has_it"),
    Feature("CBOR and MessagePack", "`cbor`, `msgpack`", f"{_PAYLOADS}packed.py::test_any_document_comes_back"),
    Feature("Protocol Buffers from a `.proto`", "`protobuf`", f"{_PAYLOADS}protobuf.py::test_a_whole_message_has_the_bytes_of_google_s_library"),
    Feature("Avro from a schema", "`avro`", f"{_PAYLOADS}avro.py::test_a_record_is_read_by_fastavro"),
    Feature("a payload of a given size, compressed", "`size`, `filler`, `compress`", f"{_PAYLOADS}packing.py::test_json_is_filled_up_with_blanks_or_a_member"),
    Feature("constants and variables of each mock", "`constants`, `variables`", f"{_GENERATORS}variables.py::test_a_generator_is_drawn_once"),
    Feature("variables in topic, path, headers, properties", "texts with placeholders", f"{_PAYLOADS}packing.py::test_headers_and_properties_take_placeholders"),
    Feature("variables in client id, user name and will", "the target of a lot", "simulator/tower/test_identities.py::test_all_that_is_fixed_for_a_mock_may_stand_in_its_identity"),
    Feature("many at once, copied, changed together", "`id` with `{index}`; copies of definitions and lots", "web/lots/test_views.py::test_a_copy_has_the_same_parts_under_another_name"),
    Feature("serial numbers, keys and passwords from a table, row by row", "`{dataset: devices.csv, column: serial}`", f"{_GENERATORS}variables.py::test_each_mock_gets_its_own_row_and_all_columns_of_it"),
    Feature("a definition out of sample payloads", "`python -m simulator infer`, “paste a payload”", "simulator/inference/test_payloads.py::test_what_real_devices_send_comes_back_with_the_same_keys_and_types"),
    Feature("a definition out of a CSV recording", "`infer --csv`", "simulator/inference/test_fitting.py::test_weather_comes_back_with_its_mean_its_spread_and_its_memory"),
    Feature("a definition out of JSON Schema, OpenAPI or DTDL", "`infer`", "simulator/inference/test_models.py::test_an_openapi_request_becomes_a_message_with_path_and_method"),
    Feature("ready definitions of real devices", "the library of the console", "web/definitions/test_starters.py::test_a_starter_is_sound_and_sends_within_a_minute"),
    Feature("export, versions, sharing in a team", "the console: download, versions, roles", "web/definitions/test_actions.py::test_each_save_makes_a_version_and_keeps_the_ones_before"),
    Feature("a look at one mock before a run", "`python -m simulator preview`, the editor's preview", "web/definitions/test_preview.py::test_messages_come_from_three_mocks_and_are_bounded"),
)  # fmt: skip

VALUES = (
    Feature("constants, counters, sequences", "`constant`, `counter`, `sequence`", f"{_GENERATORS}choices.py::test_a_counter_counts_as_it_is_told"),
    Feature("distributions", "`uniform`, `normal`, `lognormal`, `exponential`, `gamma`, `poisson`, `bernoulli`, `histogram`", f"{_GENERATORS}distributions.py::test_numbers_have_the_distribution_that_is_said"),
    Feature("out of a list: at random, by weight, in order, without repeats", "`pick`", f"{_GENERATORS}choices.py::test_no_repeat_never_gives_the_same_twice_running_and_keeps_to_the_weights"),
    Feature("a curve drawn by hand, with period and noise", "`curve`", f"{_GENERATORS}shapes.py::test_a_smooth_curve_goes_through_its_points_and_around_without_corner_or_overshoot"),
    Feature("waves, steps, ramps, decays, pulses", "`sine`, `square`, `triangle`, `sawtooth`, `ramp`, `step`, `decay`, `pulse`", f"{_GENERATORS}shapes.py::test_a_shape_has_the_values_of_its_formula"),
    Feature("day and night, week and season", "`diurnal`", f"{_GENERATORS}shapes.py::test_the_peak_of_a_day_is_at_its_hour_by_the_clocks_there"),
    Feature("random walk, mean reversion, drift, autoregression", "`walk`, `ou`, `brownian`, `ar`", f"{_GENERATORS}processes.py::test_ou_keeps_its_mean_its_deviation_and_its_memory_whatever_the_interval"),
    Feature("Markov chains of texts or numbers, given or learnt", "`markov`", f"{_GENERATORS}processes.py::test_markov_learns_how_often_each_follows_each"),
    Feature("formulas over other values, the value before, age", "`formula`", f"{_GENERATORS}over_time.py::test_previous_is_each_mocks_own_value_before"),
    Feature("physics: inertia, switching, meters, values that go together", "`lag`, `hysteresis`, `integral`, `derivative`, `correlated`", f"{_GENERATORS}derived.py::test_a_lag_follows_a_step_along_the_exponential_whatever_the_interval"),
    Feature("other mocks: neighbours, groups, a value that all share", "`mock(index - 1).temperature`, `mean(mocks.power, site)`, `shared`", f"{_GENERATORS}others.py::test_neighbours_groups_and_shared_values_are_the_same_whatever_the_shards"),
    Feature("a route with speed, bearing and stops", "`route`", f"{_GENERATORS}route.py::test_speed_bearing_and_positions_of_a_real_hike_agree"),
    Feature("places within an area, geofences", "`place`, `geofence`", f"{_GENERATORS}place.py::test_a_fence_knows_in_from_out_and_the_moment_between"),
    Feature("time stamps: formats, zone, skew, drift", "`timestamp`, `{now:iso}`", f"{_GENERATORS}timestamp.py::test_a_moment_is_written_as_it_is_asked_for"),
    Feature("UUID, MAC, EUI-64, IMEI, IP, VIN, serial numbers", "`uuid`, `mac`, `eui64`, `imei`, `iccid`, `ipv4`, `ipv6`, `vin`, `hex`, `serial`", f"{_GENERATORS}identities.py::test_an_identity_has_its_form_and_no_two_mocks_have_the_same"),
    Feature("names, cities and the like", "`faker`", f"{_GENERATORS}faked.py::test_a_locale_speaks_its_language"),
    Feature("bits and flags in one number", "`bits`", f"{_GENERATORS}bits.py::test_fields_follow_each_other_from_the_lowest_bit_or_lie_where_they_are_put"),
    Feature("replay of a recording: loop, speed, dates shifted", "`replay`", f"{_GENERATORS}replay.py::test_the_same_time_of_day_or_of_the_week_is_now"),
    Feature("units, noise and resolution of a sensor, bounds, rounding", "`convert`, `sensor`, `clamp`, `round`", f"{_GENERATORS}shaping.py::test_a_sensor_of_12_bits_has_4096_different_readings"),
    Feature("anomalies: spike, stuck, drift, dropout, bias, noise, out of range", "`anomalies`", f"{_GENERATORS}anomalies.py::test_what_an_anomaly_does"),
    Feature("a seed: the same run twice", "the seed of a lot", f"{_GENERATORS}in_fleets.py::test_shards_and_steps_change_no_byte"),
)  # fmt: skip

BEHAVIOUR = (
    Feature("named statuses with messages and intervals of their own", "`statuses`, `send`, `every`", f"{_FLEET}nesting.py::test_a_child_says_first_how_often_and_may_be_silent"),
    Feature("statuses in statuses, with history", "`statuses` within a status, `history`, `back`", f"{_FLEET}nesting.py::test_history_goes_on_where_it_was_left"),
    Feature("on by the clock or by time", "`at`, `after`", f"{_FLEET}transitions.py::test_a_clock_time_is_of_its_zone"),
    Feature("on by chance", "`chance: 2% per hour`, `chance: 97%`", f"{_FLEET}statuses.py::test_a_chance_in_a_time_is_a_constant_hazard"),
    Feature("on by a message received", "`on: {topic, where}`", f"{_FLEET}commands.py::test_a_command_changes_the_status_of_the_mock_that_it_reached"),
    Feature("on by a value: level or edge, held for a time", "`when`, `edge`, `held`", f"{_FLEET}transitions.py::test_a_condition_must_hold_without_a_break"),
    Feature("on by sends, failures, the connection", "`sends`, `fails`, `connection`", f"{_FLEET}transitions.py::test_failures_one_after_the_other_end_with_a_send_that_goes_well"),
    Feature("which goes first", "`priority`", f"{_FLEET}nesting.py::test_of_two_in_one_status_the_higher_priority_then_the_first_goes"),
    Feature("what happens on entry and on leaving", "`enter`, `leave`, `set`", f"{_FLEET}doings.py::test_what_is_set_on_entry_is_what_the_entry_sends"),
    Feature("answers to commands, without code", "`replies`", f"{_FLEET}replies.py::test_an_answer_echoes_what_came"),
    Feature("methods: reboot, configuration, calls of one's own", "`methods: {reboot, configure, call}`", f"{_FLEET}methods.py::test_a_reboot_is_silence_then_a_new_connection_and_a_birth"),
    Feature("a firmware update in stages, with odds at each", "`methods: {firmware}`", f"{_FLEET}methods.py::test_stages_fail_by_their_odds_and_roll_back_to_the_old_version"),
    Feature("devices behind a gateway, over its one connection", "`children: {count, id, …}`", f"{_FLEET}children.py::test_children_send_in_the_row_of_their_gateway_under_their_own_names"),
    Feature("store and forward", "`buffer`", f"{_FLEET}buffer.py::test_the_backlog_is_sent_at_its_rate_beside_new_messages"),
    Feature("Sparkplug B: birth, data, death, rebirth", "`sparkplug`", "simulator/sparkplug/test_edge_node.py::test_a_rebirth_is_given_when_it_is_asked_for"),
)  # fmt: skip

GROUPS = {"The device and what it sends": DEVICE, "Its values": VALUES, "Its behaviour": BEHAVIOUR}


def features_table() -> str:
    """Return a table for each group, each row linked to its test."""
    blocks = []
    for title, features in GROUPS.items():
        rows = [(each.what, each.words, _link(each.test)) for each in features]
        blocks.append(f"**{title}**\n\n{table(('what', 'words', 'shown by'), rows)}")
    return "\n\n".join(blocks)


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}]({TESTS}{file})"
