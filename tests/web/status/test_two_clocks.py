"""Several clocks at once, for real: threads, each with a connection of its own, on Postgres."""

from tests.web.clocks import ON_POSTGRES, at_once
from tests.web.status.conftest import FINE, NOW
from web.status import sampling
from web.status.judging import judge
from web.status.minutes import Sums
from web.status.models import Day, Present
from web.status.states import WORDS

pytestmark = ON_POSTGRES


def test_clocks_that_sample_at_once_write_a_minute_once():
    at_once(lambda: sampling.write(NOW, judge(FINE), is_present=True))

    assert {each.sums for each in Day.objects.all()} == {Sums(up=60)}
    assert (Day.objects.count(), Present.objects.count()) == (len(WORDS), len(WORDS))
