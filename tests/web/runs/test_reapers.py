"""Several who look for silent towers at once, for real: each with a connection of its own."""

from django.db import transaction
from django.utils import timezone

from tests.web.clocks import ON_POSTGRES, at_once
from tests.web.runs.towers import LATER, under_way
from web.runs.models import Happening, Shard, ShardState
from web.runs.reaping import reap

pytestmark = ON_POSTGRES


def test_several_who_find_the_same_tower_silent_take_each_shard_once(wide):
    under_way()
    now = timezone.now() + LATER

    lost = at_once(lambda: reap(now=now))

    assert sorted(each.first for several in lost for each in several) == [0, 4, 8]
    assert set(Shard.objects.values_list("state", "fence")) == {(ShardState.WANTED, 2)}
    assert Happening.objects.count() == 3


def test_a_shard_whose_tower_is_just_writing_is_left_to_the_next_look(wide):
    under_way()
    now = timezone.now() + LATER

    with transaction.atomic():
        Shard.objects.filter(first=4).update(rate=1.0)  # which locks the row
        lost = at_once(lambda: reap(now=now))

    assert sorted(each.first for several in lost for each in several) == [0, 8]
    assert [each.first for each in reap(now=now)] == [4]
