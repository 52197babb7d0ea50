import pytest

from web.runs.aims import whom


@pytest.mark.parametrize(
    ("aim", "words"),
    [
        ({}, "all 2,000 mocks"),
        ({"share": 0.1}, "10% of the mocks"),
        ({"index": [7, 7]}, "mock 7"),
        ({"index": [0, 1099], "share": 0.025}, "2.5% of mocks 0 to 1,099"),
        ({"ids": ["a", "b"]}, "a, b"),
        ({"ids": list("abcdef")}, "a, b, c and 3 more"),
        ({"index": [0, 9], "ids": ["a"]}, "mocks 0 to 9 that are a"),
        ({"status": ["idle", "busy"]}, "the mocks in status idle, busy"),
        (
            {"share": 0.5, "parts": ["Sensors"], "where": {"site": ["tokyo"]}},
            "50% of the mocks of Sensors where site is tokyo",
        ),
    ],
)
def test_an_aim_is_told_in_words(aim, words):
    assert whom(aim, mocks=2000) == words


def test_a_run_of_one_mock_is_told_as_one():
    assert whom({}, mocks=1) == "its mock"
