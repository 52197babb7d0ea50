import pytest

from web.targets import headers


def test_headers_keep_their_order_and_lose_blanks():
    parsed = headers.parse("X-Site:  tokyo \r\n\r\nAccept: */*\n")

    assert list(parsed.items()) == [("X-Site", "tokyo"), ("Accept", "*/*")]
    assert headers.text_of(parsed) == "X-Site: tokyo\nAccept: */*"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("X-Site tokyo", "Line 1: write it as"),
        ("A: 1\nB c: 2", "Line 2: “B c” is not a header's name"),
        (": x", "is not a header's name"),
        ("A: 1\na: 2", "Line 2: the header a stands here twice"),
        ("A: b\x00c", "holds a character no header may"),
        ("A: b\x0bc", "holds a character no header may"),
        ("A: 日本", "holds a character no header may"),
        ("Host: other", "Line 1: Host is written by Mocklot"),
        ("content-length: 5", "is written by Mocklot"),
        ("A: " + "b" * 4001, "longer than 4000"),
        ("\n".join(f"H{n}: 1" for n in range(51)), "At most 50 headers, got 51"),
    ],
)
def test_what_is_no_header_is_refused_at_its_line(text, reason):
    with pytest.raises(headers.HeaderError, match=reason):
        headers.parse(text)


def test_a_lone_carriage_return_cannot_smuggle_a_header_into_a_value():
    assert headers.parse("A: b\rX-Evil: 1") == {"A": "b", "X-Evil": "1"}
