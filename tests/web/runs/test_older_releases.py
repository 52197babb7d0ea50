"""While a release is put out, processes of the one before go on writing rows."""

from uuid import uuid4

from django.db import connection

from web.runs.models import Run

NEW = {"additions", "presence", "hosts", "is_unproved", "addresses"}


def test_a_run_can_be_started_by_who_does_not_know_the_new_columns(run):
    fields = [field for field in Run._meta.concrete_fields if field.name not in {"id", *NEW}]
    names = ", ".join(f'"{field.column}"' for field in fields)
    values = ", ".join("%s" if field.name == "code" else f'"{field.column}"' for field in fields)
    code = uuid4()

    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO runs_run ({names}) SELECT {values} FROM runs_run",
            [Run._meta.get_field("code").get_db_prep_value(code, connection)],
        )

    written = Run.objects.get(code=code)
    assert (written.additions, written.hosts, written.presence) == ([], [], {})
    assert written.is_unproved is False
