import datetime
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        ('runs', '0006_tags'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(max_length=80, unique=True)),
                ('at', models.DateTimeField()),
                ('memory', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('silent', 'Nothing sent'), ('failures', 'Failures'), ('lateness', 'Late sends'), ('limited', 'Generator-limited'), ('unconnected', 'Not all connected'), ('ended', 'Ended early'), ('dropped', 'Records dropped'), ('no_data', 'No data'), ('quota', 'Quota nearly used up'), ('storage', 'Log storage nearly full'), ('queue', 'Jobs wait'), ('towers', 'Shards wait for a tower'), ('dead_towers', 'Dead towers'), ('mail', 'Mails wait'), ('mail_quota', 'Mail quota nearly used up'), ('connections', 'Database connections'), ('redis_memory', 'Redis memory'), ('part', 'A part does not answer'), ('clock', 'The clock is silent'), ('platform', 'The platform has an incident')], max_length=12)),
                ('limit', models.FloatField(default=0.0)),
                ('clear', models.FloatField(blank=True, null=True)),
                ('hold', models.DurationField(default=datetime.timedelta)),
                ('window', models.DurationField(default=datetime.timedelta)),
                ('least', models.PositiveIntegerField(default=0)),
                ('rings', models.BooleanField(default=True)),
                ('remedy', models.CharField(blank=True, max_length=13)),
                ('budget', models.PositiveSmallIntegerField(default=2)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('slack', 'Slack app'), ('twilio', 'Twilio account')], max_length=6)),
                ('name', models.CharField(max_length=80)),
                ('sid', models.CharField(blank=True, max_length=64)),
                ('number', models.CharField(blank=True, max_length=20)),
                ('token', models.TextField()),
                ('signing_secret', models.TextField(blank=True)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alert_accounts', to='accounts.workspace')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('attempts', models.PositiveSmallIntegerField(default=5)),
                ('wait', models.DurationField(default=datetime.timedelta(seconds=60))),
                ('at_end', models.CharField(choices=[('give_up', 'End with “nobody answered”'), ('start_over', 'Start over with the first person')], default='start_over', max_length=10)),
                ('rounds', models.PositiveSmallIntegerField(default=3)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='on_call_chains', to='accounts.workspace')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('subject', models.CharField(max_length=80)),
                ('subject_name', models.CharField(max_length=160)),
                ('key', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('silent', 'Nothing sent'), ('failures', 'Failures'), ('lateness', 'Late sends'), ('limited', 'Generator-limited'), ('unconnected', 'Not all connected'), ('ended', 'Ended early'), ('dropped', 'Records dropped'), ('no_data', 'No data'), ('quota', 'Quota nearly used up'), ('storage', 'Log storage nearly full'), ('queue', 'Jobs wait'), ('towers', 'Shards wait for a tower'), ('dead_towers', 'Dead towers'), ('mail', 'Mails wait'), ('mail_quota', 'Mail quota nearly used up'), ('connections', 'Database connections'), ('redis_memory', 'Redis memory'), ('part', 'A part does not answer'), ('clock', 'The clock is silent'), ('platform', 'The platform has an incident')], max_length=12)),
                ('words', models.CharField(max_length=500)),
                ('evidence', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('open', 'Open'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved')], default='open', max_length=12)),
                ('opened', models.DateTimeField(default=django.utils.timezone.now)),
                ('acknowledged', models.DateTimeField(null=True)),
                ('acknowledged_by', models.CharField(blank=True, max_length=160)),
                ('resolved', models.DateTimeField(null=True)),
                ('reopened', models.PositiveIntegerField(default=0)),
                ('ladder', models.JSONField(default=dict)),
                ('round', models.PositiveIntegerField(default=1)),
                ('level', models.PositiveIntegerField(default=1)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('ring_at', models.DateTimeField(null=True)),
                ('unanswered', models.DateTimeField(null=True)),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='incidents', to='runs.run')),
                ('workspace', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='incidents', to='accounts.workspace')),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='incidents', to='alerts.rule')),
            ],
            options={
                'ordering': ['-opened'],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('kind', models.CharField(choices=[('opened', 'Opened'), ('reopened', 'Opened again'), ('acknowledged', 'Acknowledged'), ('resolved', 'Resolved'), ('unreachable', 'Passed over'), ('round', 'Started over'), ('nobody', 'Nobody answered'), ('comment', 'Comment')], max_length=12)),
                ('who', models.CharField(blank=True, max_length=160)),
                ('words', models.CharField(blank=True, max_length=2000)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='alerts.incident')),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='on_call_people', to='accounts.workspace')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('kind', models.CharField(choices=[('mail', 'Mail'), ('webhook', 'Webhook'), ('slack', 'Slack, with buttons'), ('slack_hook', 'Slack, incoming webhook'), ('phone', 'Phone call')], max_length=10)),
                ('name', models.CharField(max_length=80)),
                ('address', models.CharField(max_length=320)),
                ('secret_address', models.TextField(blank=True)),
                ('secret', models.TextField(blank=True)),
                ('verified', models.DateTimeField(null=True)),
                ('proof', models.CharField(blank=True, max_length=64)),
                ('proof_ends', models.DateTimeField(null=True)),
                ('proof_tries', models.PositiveSmallIntegerField(default=0)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='alerts.account')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alert_channels', to='accounts.workspace')),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='channels', to='alerts.person')),
            ],
            options={
                'ordering': ['position', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ChainTurn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('zone', models.CharField(default='UTC', max_length=64)),
                ('days', models.CharField(default='0123456', max_length=7)),
                ('begins', models.TimeField(default='00:00')),
                ('ends', models.TimeField(default='00:00')),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='alerts.chain')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='turns', to='alerts.person')),
            ],
            options={
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ChainChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('begins', models.DateTimeField()),
                ('ends', models.DateTimeField()),
                ('is_away', models.BooleanField(default=False)),
                ('chain', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='alerts.chain')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='alerts.person')),
            ],
            options={
                'ordering': ['begins'],
            },
        ),
        migrations.CreateModel(
            name='Recovery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('opening', models.PositiveIntegerField(default=0)),
                ('remedy', models.CharField(max_length=13)),
                ('budget_key', models.CharField(max_length=80)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('working', 'At work'), ('done', 'Done'), ('failed', 'Failed'), ('refused', 'Not done')], default='waiting', max_length=8)),
                ('asked', models.DateTimeField(default=django.utils.timezone.now)),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, max_length=300)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recoveries', to='alerts.incident')),
                ('run', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='runs.run')),
            ],
            options={
                'verbose_name_plural': 'recoveries',
                'ordering': ['asked', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=80)),
                ('tag', models.CharField(blank=True, max_length=30)),
                ('is_on', models.BooleanField(default=True)),
                ('muted_until', models.DateTimeField(blank=True, null=True)),
                ('calm', models.DurationField(default=datetime.timedelta(seconds=60))),
                ('reopen_within', models.DurationField(default=datetime.timedelta(seconds=1800))),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('chain', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='watches', to='alerts.chain')),
                ('changed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('channels', models.ManyToManyField(blank=True, related_name='watches', to='alerts.channel')),
                ('workspace', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watches', to='accounts.workspace')),
            ],
            options={
                'verbose_name_plural': 'watches',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='rule',
            name='watch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rules', to='alerts.watch'),
        ),
        migrations.AddField(
            model_name='incident',
            name='watch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='incidents', to='alerts.watch'),
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('way', models.CharField(max_length=60)),
                ('purpose', models.CharField(choices=[('ring', 'Rings'), ('opened', 'Tells that it is open'), ('reopened', 'Tells that it is open again'), ('acknowledged', 'Tells that it is acknowledged'), ('resolved', 'Tells that it is resolved'), ('nobody', 'Tells that nobody answered'), ('test', 'Test'), ('code', 'Code')], max_length=12)),
                ('round', models.PositiveIntegerField(default=0)),
                ('level', models.PositiveIntegerField(default=0)),
                ('attempt', models.PositiveIntegerField(default=0)),
                ('person', models.CharField(blank=True, max_length=80)),
                ('to', models.CharField(blank=True, max_length=320)),
                ('kind', models.CharField(choices=[('mail', 'Mail'), ('webhook', 'Webhook'), ('slack', 'Slack, with buttons'), ('slack_hook', 'Slack, incoming webhook'), ('phone', 'Phone call')], max_length=10)),
                ('note', models.TextField(blank=True)),
                ('created', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('skipped', 'Not needed any more')], default='waiting', max_length=8)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('sent', models.DateTimeField(null=True)),
                ('result', models.CharField(blank=True, max_length=300)),
                ('reference', models.CharField(blank=True, max_length=120)),
                ('progress', models.CharField(blank=True, max_length=40)),
                ('channel', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='attempts', to='alerts.channel')),
                ('incident', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='alerts.incident')),
            ],
            options={
                'ordering': ['created', 'id'],
                'indexes': [models.Index(condition=models.Q(('state__in', ['waiting', 'sending'])), fields=['next_at'], name='attempts_that_are_due')],
                'constraints': [models.UniqueConstraint(fields=('incident', 'purpose', 'round', 'level', 'attempt', 'way'), name='attempt_once'), models.UniqueConstraint(condition=models.Q(('purpose', 'ring')), fields=('incident', 'round', 'level', 'attempt'), name='ring_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.UniqueConstraint(fields=('workspace', 'name'), name='person_once'),
        ),
        migrations.AddConstraint(
            model_name='channel',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['mail', 'webhook', 'slack', 'slack_hook', 'phone'])), name='channel_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='chainchange',
            constraint=models.CheckConstraint(condition=models.Q(('ends__gt', models.F('begins'))), name='change_takes_some_time'),
        ),
        migrations.AddIndex(
            model_name='recovery',
            index=models.Index(fields=['budget_key', 'asked'], name='recovery_budget'),
        ),
        migrations.AddConstraint(
            model_name='recovery',
            constraint=models.UniqueConstraint(fields=('incident', 'opening'), name='recovery_once'),
        ),
        migrations.AddConstraint(
            model_name='rule',
            constraint=models.UniqueConstraint(fields=('watch', 'kind'), name='rule_kind_once'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(fields=['workspace', 'state', '-opened'], name='incidents_of_a_workspace'),
        ),
        migrations.AddIndex(
            model_name='incident',
            index=models.Index(condition=models.Q(('ring_at__isnull', False)), fields=['ring_at'], name='incidents_that_ring'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['open', 'acknowledged'])), fields=('subject', 'key'), name='one_open_incident'),
        ),
        migrations.AddConstraint(
            model_name='incident',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'acknowledged', 'resolved'])), name='incident_state_is_known'),
        ),
    ]
