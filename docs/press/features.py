# ruff: noqa: E501 - tables, one row a line
"""What can be described, by which words, and the test that shows that it behaves so.

Rule: a row without a test that exists does not pass ``tests/architecture/test_reference.py``.
"""

from docs.press.tables import table

TESTS = "../../tests/"  # from the page


class Feature:
    """One thing that people look for."""

    def __init__(self, what: str, words: str, *tests: str) -> None:
        """Make it.

        Args:
            what: It, as people call it.
            words: Of the document, or where else it is done.
            tests: What shows it, each as file::name, under tests/; ::name is of the file before.
        """
        self.what, self.words = what, words
        files = [test.partition("::")[0] for test in tests]
        for place, file in enumerate(files):
            files[place] = file or files[place - 1]
        names = [test.partition("::")[2] for test in tests]
        self.tests = [f"{file}::{name}" for file, name in zip(files, names, strict=True)]


_GENERATORS = "simulator/generators/test_"
_FLEET = "simulator/fleet/test_"
_PAYLOADS = "simulator/payloads/test_"

DEVICE = (
    Feature("nested JSON of any shape", "`json`", f"{_PAYLOADS}json.py::test_a_document_keeps_its_nesting_and_order"),
    Feature("many samples in one message, at a sub-interval", "`bulk: {count, step, of}`", f"{_PAYLOADS}json.py::test_a_bulk_is_an_array_of_its_samples", f"{_PAYLOADS}texts.py::test_a_bulk_of_several_metrics_may_be_columns"),
    Feature("several kinds of message, each with its interval and topic", "`messages`, `every`, `topic`, `path`", f"{_FLEET}sending.py::test_messages_come_at_exact_intervals_after_a_first_moment_of_chance"),
    Feature("several definitions in one lot, weighted", "the parts of a lot", "web/lots/test_views.py::test_a_lot_is_made"),
    Feature("text, CSV and forms", "`text`, `csv`, `form`", f"{_PAYLOADS}texts.py::test_a_line_has_its_cells_in_order", "::test_text_has_its_placeholders_filled_in", "::test_a_form_has_its_numbers_as_they_are_and_nothing_for_no_value"),
    Feature("frames of bytes as hex, base64 or raw, with scales, bits and checksums", "`binary`", f"{_PAYLOADS}frames.py::test_an_uplink_of_a_dragino_lht65_is_as_its_manual_has_it", "::test_a_modbus_answer_ends_in_its_checksum", "::test_a_frame_may_be_written_as_text", "::test_a_network_server_s_uplink_carries_base64", "::test_checksums_are_those_of_another_library"),
    Feature("CBOR and MessagePack", "`cbor`, `msgpack`", f"{_PAYLOADS}packed.py::test_any_document_comes_back", "::test_any_column_comes_back"),
    Feature("Protocol Buffers from a `.proto`", "`protobuf`", f"{_PAYLOADS}protobuf.py::test_a_whole_message_has_the_bytes_of_google_s_library", "::test_any_column_comes_back"),
    Feature("Avro from a schema", "`avro`", f"{_PAYLOADS}avro.py::test_a_record_is_read_by_fastavro", "::test_a_value_takes_the_schema_s_type", "::test_any_column_comes_back_from_a_union"),
    Feature("a payload of a given size, compressed", "`size`, `filler`, `compress`", f"{_PAYLOADS}packing.py::test_json_is_filled_up_with_blanks_or_a_member", "::test_what_is_compressed_comes_back_and_is_always_the_same"),
    Feature("constants and variables of each mock", "`constants`, `variables`", f"{_GENERATORS}variables.py::test_a_generator_is_drawn_once"),
    Feature("variables in topic, path, headers, properties", "texts with placeholders: `topic`, `path`, `headers`, `properties`", f"{_PAYLOADS}packing.py::test_headers_and_properties_take_placeholders", f"{_PAYLOADS}addresses.py::test_each_protocol_gets_the_address_that_it_understands"),
    Feature("variables in client id, user name and will", "the target of a lot", "simulator/tower/test_identities.py::test_all_that_is_fixed_for_a_mock_may_stand_in_its_identity"),
    Feature("many at once, copied, changed together; groups", "`id` with `{index}`; copies of definitions and lots; variables such as `site`", "web/lots/test_views.py::test_a_copy_has_the_same_parts_under_another_name"),
    Feature("serial numbers, keys and passwords from a table, row by row", "`{dataset: devices.csv, column: serial}`", f"{_GENERATORS}variables.py::test_each_mock_gets_its_own_row_and_all_columns_of_it", "::test_a_row_can_be_found_by_a_key"),
    Feature("a definition out of sample payloads", "`python -m simulator infer`, “paste a payload”", "simulator/inference/test_payloads.py::test_what_real_devices_send_comes_back_with_the_same_keys_and_types"),
    Feature("a definition out of a CSV recording", "`infer --csv`", "simulator/inference/test_fitting.py::test_weather_comes_back_with_its_mean_its_spread_and_its_memory"),
    Feature("a definition out of JSON Schema, OpenAPI or DTDL", "`infer`", "simulator/inference/test_models.py::test_an_openapi_request_becomes_a_message_with_path_and_method", "::test_a_json_schema_becomes_a_definition_that_keeps_to_it", "::test_a_dtdl_interface_sends_telemetry_and_properties", "::test_a_lorawan_codecs_examples_become_uplinks_of_the_network"),
    Feature("ready definitions of real devices", "`python -m simulator library`, the cards of the create page", "simulator/library/test_ready.py::test_it_is_sound_and_says_what_it_is", "::test_it_sends_each_of_its_regular_messages"),
    Feature("export, versions, sharing in a team", "the console: download, versions, roles", "web/definitions/test_actions.py::test_each_save_makes_a_version_and_keeps_the_ones_before"),
    Feature("a look at one mock before a run", "`python -m simulator preview`, the editor's preview", "web/definitions/test_preview.py::test_messages_come_from_three_mocks_and_are_bounded"),
)  # fmt: skip

VALUES = (
    Feature("constants, counters, sequences", "`constant`, `counter`, `sequence`", f"{_GENERATORS}choices.py::test_a_counter_counts_as_it_is_told", "::test_a_sequence_gives_its_values_one_after_the_other", f"{_GENERATORS}values.py::test_a_constant_keeps_its_type"),
    Feature("distributions", "`uniform`, `normal`, `lognormal`, `exponential`, `gamma`, `poisson`, `bernoulli`, `histogram`", f"{_GENERATORS}distributions.py::test_numbers_have_the_distribution_that_is_said", "::test_counts_come_as_often_as_their_chances_say", "::test_a_histogram_learns_its_bins_from_a_recording"),
    Feature("out of a list: at random, by weight, in order, without repeats", "`pick`", f"{_GENERATORS}choices.py::test_no_repeat_never_gives_the_same_twice_running_and_keeps_to_the_weights", "::test_each_round_of_a_shuffle_has_every_value_once_in_an_order_of_the_mocks_own", f"{_GENERATORS}values.py::test_a_pick_of_weights_draws_by_them", "::test_a_pick_in_order_goes_around"),
    Feature("a curve drawn by hand, with period and noise", "`curve`", f"{_GENERATORS}shapes.py::test_a_smooth_curve_goes_through_its_points_and_around_without_corner_or_overshoot", "::test_noise_is_added_to_each_reading_with_its_deviation", "::test_seconds_count_from_the_origin"),
    Feature("waves, steps, ramps, decays, pulses", "`sine`, `square`, `triangle`, `sawtooth`, `ramp`, `step`, `decay`, `pulse`", f"{_GENERATORS}shapes.py::test_a_shape_has_the_values_of_its_formula"),
    Feature("day and night, week and season", "`diurnal`", f"{_GENERATORS}shapes.py::test_the_peak_of_a_day_is_at_its_hour_by_the_clocks_there", "::test_days_of_the_week_and_seasons_are_factors", "::test_a_year_adds_its_own_wave"),
    Feature("random walk, mean reversion, drift, autoregression", "`walk`, `ou`, `brownian`, `ar`", f"{_GENERATORS}processes.py::test_ou_keeps_its_mean_its_deviation_and_its_memory_whatever_the_interval", "::test_brownian_motion_drifts_and_spreads_with_the_root_of_time", "::test_ar_1_has_the_deviation_and_the_autocorrelation_of_theory_from_the_first_reading", "::test_ar_2_obeys_the_equations_of_yule_and_walker", "::test_no_process_leaves_its_bounds", "::test_what_is_absorbed_stays_for_ever", f"{_GENERATORS}values.py::test_a_walk_starts_at_its_start_and_steps_by_its_deviation"),
    Feature("Markov chains of texts or numbers, given or learnt", "`markov`", f"{_GENERATORS}processes.py::test_markov_learns_how_often_each_follows_each", "::test_markov_begins_in_its_first_state_and_steps_by_its_chances", "::test_markov_of_numbers_starts_where_it_is_told"),
    Feature("formulas over other values, the value before, age", "`formula`", f"{_GENERATORS}over_time.py::test_previous_is_each_mocks_own_value_before", "::test_a_formula_reads_what_is_known", "simulator/definition/test_functions.py::test_a_function_gives_what_its_name_says"),
    Feature("physics: inertia, switching, meters, values that go together", "`lag`, `hysteresis`, `integral`, `derivative`, `correlated`", f"{_GENERATORS}derived.py::test_a_lag_follows_a_step_along_the_exponential_whatever_the_interval", "::test_a_hysteresis_switches_at_its_thresholds_and_keeps_between", "::test_an_integral_of_a_straight_line_is_exact", "::test_a_derivative_is_the_slope_between_two_readings", f"{_GENERATORS}processes.py::test_correlated_parts_have_the_covariance_that_was_asked_for"),
    Feature("other mocks: neighbours, groups, a value that all share", "`mock(index - 1).temperature`, `mean(mocks.power, site)`, `shared`", f"{_GENERATORS}others.py::test_neighbours_groups_and_shared_values_are_the_same_whatever_the_shards", "::test_a_neighbour_is_the_mock_of_that_number", "::test_a_value_over_all_mocks_is_computed_over_all_of_the_run_or_of_the_site", "::test_all_mocks_of_a_site_feel_the_same_weather_and_sites_differ"),
    Feature("a route with speed, bearing and stops", "`route`", f"{_GENERATORS}route.py::test_speed_bearing_and_positions_of_a_real_hike_agree", "::test_the_length_of_a_real_hike_is_that_of_its_geodesics", "::test_at_the_end_it_begins_again_turns_or_stops", "::test_it_halts_as_long_as_a_stop_says"),
    Feature("places within an area, geofences", "`place`, `geofence`", f"{_GENERATORS}place.py::test_a_fence_knows_in_from_out_and_the_moment_between", "::test_places_are_spread_evenly_over_a_circle", "::test_places_are_spread_evenly_over_a_polygon"),
    Feature("time stamps: formats, zone, skew, drift", "`timestamp`, `{now:iso}`", f"{_GENERATORS}timestamp.py::test_a_moment_is_written_as_it_is_asked_for", "::test_clocks_change_with_summer_time", "::test_each_clock_is_wrong_by_its_own_shift_and_keeps_it", "::test_a_fast_clock_gains_with_the_age_of_the_mock"),
    Feature("UUID, MAC, EUI-64, IMEI, IP, VIN, serial numbers", "`uuid`, `mac`, `eui64`, `imei`, `iccid`, `ipv4`, `ipv6`, `vin`, `hex`, `serial`", f"{_GENERATORS}identities.py::test_an_identity_has_its_form_and_no_two_mocks_have_the_same", "::test_check_digits_are_those_of_published_numbers", "::test_uuids_say_their_version_and_variant_and_version_7_its_time"),
    Feature("names, cities and the like", "`faker`", f"{_GENERATORS}faked.py::test_a_locale_speaks_its_language"),
    Feature("bits and flags in one number", "`bits`", f"{_GENERATORS}bits.py::test_fields_follow_each_other_from_the_lowest_bit_or_lie_where_they_are_put"),
    Feature("replay of a recording: loop, speed, dates shifted", "`replay`", f"{_GENERATORS}replay.py::test_the_same_time_of_day_or_of_the_week_is_now", "::test_rows_follow_their_times_whatever_their_order_in_the_file", "::test_speed_makes_it_faster", "::test_each_device_loops_over_its_own_rows", "::test_between_two_rows_it_goes_straight_from_one_to_the_other"),
    Feature("units, noise and resolution of a sensor, bounds, rounding", "`convert`, `sensor`, `clamp`, `round`", f"{_GENERATORS}shaping.py::test_a_sensor_of_12_bits_has_4096_different_readings", "::test_units_convert_as_in_the_tables", "::test_a_sensors_noise_is_new_for_each_mock_and_reading", "::test_the_steps_have_one_order_whatever_that_of_the_words"),
    Feature("anomalies: spike, stuck, drift, dropout, bias, noise, out of range", "`anomalies`: `spike`, `stuck`, `drift`, `dropout`, `bias`, `noise`, `out_of_range`; `chance`, `at`, `after`, `every`, `when`, `in`, `lasts`, or by hand", f"{_GENERATORS}anomalies.py::test_what_an_anomaly_does", "::test_a_chance_in_a_time_is_the_same_however_often_it_is_read", "::test_it_begins_at_a_clock_time_for_its_duration", "::test_it_begins_in_a_status_and_ends_with_it", "::test_it_goes_on_while_a_condition_holds_or_for_its_duration_once_it_did", "::test_it_is_begun_by_hand_for_some_mocks_until_a_time"),
    Feature("a seed: the same run twice", "the seed of a lot", f"{_GENERATORS}in_fleets.py::test_shards_and_steps_change_no_byte", f"{_GENERATORS}same_bytes.py::test_shards_and_steps_do_not_show", f"{_FLEET}everything.py::test_shards_do_not_show", "::test_a_checkpoint_does_not_show", f"{_FLEET}checkpoint.py::test_going_on_from_a_checkpoint_gives_the_same_bytes"),
)  # fmt: skip

BEHAVIOUR = (
    Feature("named statuses with messages and intervals of their own", "`statuses`, `send`, `every`", f"{_FLEET}nesting.py::test_a_child_says_first_how_often_and_may_be_silent"),
    Feature("statuses in statuses, with history", "`statuses` within a status, `history`, `back`", f"{_FLEET}nesting.py::test_history_goes_on_where_it_was_left", "::test_back_is_where_the_mock_came_from", "::test_an_inner_override_comes_before_an_outer_one"),
    Feature("on by the clock or by time", "`at`, `after`", f"{_FLEET}transitions.py::test_a_clock_time_is_of_its_zone", "::test_a_time_is_drawn_from_its_distribution"),
    Feature("on by chance", "`chance: 2% per hour`, `chance: 97%`", f"{_FLEET}statuses.py::test_a_chance_in_a_time_is_a_constant_hazard", "::test_alternatives_share_a_trigger_by_their_chances_and_the_rest_stays"),
    Feature("on by a message received", "`on: {topic, where}`", f"{_FLEET}commands.py::test_a_command_changes_the_status_of_the_mock_that_it_reached"),
    Feature("on by a value: level or edge, held for a time", "`when`, `edge`, `held`", f"{_FLEET}transitions.py::test_a_condition_must_hold_without_a_break", "::test_an_edge_is_not_a_level"),
    Feature("on by sends, failures, the connection", "`sends`, `fails`, `connection`", f"{_FLEET}transitions.py::test_failures_one_after_the_other_end_with_a_send_that_goes_well", "::test_a_number_of_sends_is_counted_from_the_entry", "::test_a_connection_that_is_lost_and_made_leads_on"),
    Feature("which goes first", "`priority`", f"{_FLEET}nesting.py::test_of_two_in_one_status_the_higher_priority_then_the_first_goes", "::test_the_inner_status_goes_first_unless_the_outer_has_priority"),
    Feature("what happens on entry and on leaving", "`enter`, `leave`, `set`", f"{_FLEET}doings.py::test_what_is_set_on_entry_is_what_the_entry_sends", "::test_what_is_sent_on_entry_waits_for_the_connection", f"{_FLEET}nesting.py::test_entering_and_leaving_go_outwards_and_inwards"),
    Feature("answers to commands, without code", "`replies`", f"{_FLEET}replies.py::test_an_answer_echoes_what_came", "::test_a_delay_is_drawn_and_answers_come_in_its_order", "::test_several_answers_come_all_by_weight_or_by_turns", "::test_some_messages_are_left_unanswered_on_purpose"),
    Feature("methods: reboot, configuration, calls of one's own", "`methods: {reboot, configure, call}`", f"{_FLEET}methods.py::test_a_reboot_is_silence_then_a_new_connection_and_a_birth", "::test_a_configuration_is_taken_or_refused_with_the_reason", "::test_a_call_takes_its_time_and_may_fail"),
    Feature("a firmware update in stages, with odds at each", "`methods: {firmware}`", f"{_FLEET}methods.py::test_stages_fail_by_their_odds_and_roll_back_to_the_old_version", "::test_an_update_goes_through_its_stages_and_tells_how_far_it_is"),
    Feature("devices behind a gateway, over its one connection", "`children: {count, id, …}`", f"{_FLEET}children.py::test_children_send_in_the_row_of_their_gateway_under_their_own_names", "::test_a_command_reaches_the_child_that_it_is_for"),
    Feature("store and forward", "`buffer`", f"{_FLEET}buffer.py::test_the_backlog_is_sent_at_its_rate_beside_new_messages", "::test_what_is_made_off_line_waits_and_keeps_its_time", "::test_a_full_buffer_drops_and_says_so"),
    Feature("Sparkplug B: birth, data, death, rebirth", "`sparkplug`", "simulator/sparkplug/test_edge_node.py::test_a_rebirth_is_given_when_it_is_asked_for", "::test_a_birth_has_name_datatype_time_and_value_of_all_metrics", "::test_the_will_is_the_death_of_its_connection", "::test_sequence_numbers_go_round_after_255"),
)  # fmt: skip

GROUPS = {"The device and what it sends": DEVICE, "Its values": VALUES, "Its behaviour": BEHAVIOUR}


def features_table() -> str:
    """Return a table for each group, each row linked to its test."""
    blocks = []
    for title, features in GROUPS.items():
        rows = [(each.what, each.words, ", ".join(map(_link, each.tests))) for each in features]
        blocks.append(f"**{title}**\n\n{table(('what', 'words', 'shown by'), rows)}")
    return "\n\n".join(blocks)


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}]({TESTS}{file})"
