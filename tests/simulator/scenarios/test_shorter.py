"""Each scenario is shorter in our language than where it comes from.

An original's lines are counted without comments and empty lines; its characters are those of its
files as they are.
"""

import pytest

from tests.simulator.scenarios import scenes

ORIGINALS = {
    # emqx/MQTTX, scripts-example/IoT-data-scenarios/tesla.js
    "tesla": (81, 4_802),
    # aws-solutions/iot-device-simulator, source/console/src/util/Utils.ts (VehicleDemoPayload
    # alone, 23 lines); source/simulator/lib/device/generators/vehicle: generator.js (68), and in
    # dynamics/: dynamics-model (142), acceleration- (25), speed- (44), gear- (15), gear-int- (42),
    # torque- (38), engine-speed- (15), fuel-consumed- (25), odometer- (21), fuel-level- (15),
    # oil-temp- (42) and data-calc.js (16). Its routes and what drives along them are left out.
    "aws-vehicle": (531, 23_014),
    # Azure/device-simulation-dotnet, Services/data/devicemodels: chiller-01.json (76) and scripts/:
    # chiller-01-state (45), Reboot- (20), FirmwareUpdate- (25), EmergencyValveRelease- (10) and
    # IncreasePressure-method.js (32).
    "chiller": (208, 10_828),
    # As above: elevator-01.json (62), elevator-01-state (56), FirmwareUpdate- (25),
    # StopElevator- (5) and StartElevator-method.js (5).
    "elevator": (153, 7_730),
    # As above: truck-01.json (60), truck-01-state (40), FirmwareUpdate- (25), SetTemperature- (14),
    # TempIncrease- (4) and TempDecrease-method.js (5).
    "truck": (148, 8_070),
    # thingsboard/performance-tests, src/main/java/org/thingsboard/tools/service/msg/smartMeter:
    # SmartMeterTelemetryGenerator (39) and SmartMeterAttributesGenerator.java (35).
    "tb-smart-meter": (74, 4_605),
    # As above, msg/smartTracker: SmartTrackerTelemetryGenerator (39),
    # SmartTrackerAttributesGenerator (35) and BaseSmartTrackerGenerator.java (7).
    "tb-tracker": (81, 5_662),
}


@pytest.mark.parametrize("name", ORIGINALS)
def test_a_scenario_is_shorter_than_its_original(name: str) -> None:
    lines, characters = ORIGINALS[name]

    ours = scenes.size(name)

    assert ours[0] < lines
    assert ours[1] < characters


def test_the_tesla_is_shorter_without_the_comments_too() -> None:
    assert scenes.code("tesla") < 3_701
