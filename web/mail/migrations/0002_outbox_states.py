
import datetime

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import uuid
from django.db import migrations, models


def count_this_month(apps, schema_editor):
    """Begin the month's count with what was sent of it, so that its quota holds at once."""
    now = django.utils.timezone.now()
    begin = now.astimezone(datetime.UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    sent = apps.get_model("mail", "Mail").objects.filter(sent__gte=begin).count()
    apps.get_model("mail", "Month").objects.create(first=begin.date(), taken=sent)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_longest_run'),
        ('mail', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True)),
                ('to', models.EmailField(max_length=254)),
                ('kind', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('text', models.CharField(blank=True, max_length=300)),
                ('is_lasting', models.BooleanField(default=False)),
                ('heard', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'ordering': ['at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Gate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('rate', 'Too many at once'), ('quota', 'Quota used up')], max_length=5, unique=True)),
                ('closed', models.DateTimeField(default=django.utils.timezone.now)),
                ('until', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('quota', models.PositiveIntegerField(default=0)),
                ('ask_at', models.DateTimeField(null=True)),
                ('trial', models.PositiveBigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Incoming',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('sender', models.EmailField(blank=True, max_length=254)),
                ('to', models.CharField(max_length=254)),
                ('subject', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('result', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='Month',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField(unique=True)),
                ('taken', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='OptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254)),
                ('topic', models.CharField(choices=[('account', 'Signing in and security'), ('invitation', 'Invitations'), ('notice', 'Incidents'), ('schedule', 'Failures of what you made'), ('download', 'Files that you asked for'), ('report', 'Regular reports'), ('letter', 'Letters to regular reports')], max_length=10)),
                ('thread', models.CharField(blank=True, max_length=60)),
                ('name', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('how', models.CharField(max_length=40)),
            ],
            options={
                'ordering': ['topic', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('address', models.EmailField(max_length=254, unique=True)),
                ('cause', models.CharField(choices=[('bounced', 'Bounced: there is no such mailbox'), ('complained', 'Reported as spam'), ('dropped', 'Dropped by the mail service')], max_length=10)),
                ('text', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
                ('lifted', models.DateTimeField(null=True)),
                ('lifted_by', models.CharField(blank=True, max_length=80)),
            ],
            options={
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.AddField(
            model_name='mail',
            name='delivery',
            field=models.CharField(blank=True, choices=[('', 'Not known'), ('deferred', 'Put off by the receiver'), ('delivered', 'Delivered'), ('opened', 'Opened'), ('bounced', 'Bounced'), ('blocked', 'Blocked by the receiver'), ('dropped', 'Dropped by the mail service'), ('complained', 'Reported as spam')], db_default='', default='', max_length=10),
        ),
        migrations.AddField(
            model_name='mail',
            name='delivery_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='mail',
            name='delivery_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='mail',
            name='priority',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='mail',
            name='reason',
            field=models.CharField(blank=True, db_default='', default='', max_length=300),
        ),
        migrations.AddField(
            model_name='mail',
            name='thread',
            field=models.CharField(blank=True, db_default='', default='', max_length=60),
        ),
        migrations.AddField(
            model_name='mail',
            name='thread_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=200),
        ),
        migrations.AddField(
            model_name='mail',
            name='topic',
            field=models.CharField(choices=[('account', 'Signing in and security'), ('invitation', 'Invitations'), ('notice', 'Incidents'), ('schedule', 'Failures of what you made'), ('download', 'Files that you asked for'), ('report', 'Regular reports'), ('letter', 'Letters to regular reports')], db_default='account', default='account', max_length=10),
        ),
        migrations.AddField(
            model_name='mail',
            name='workspace',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mails', to='accounts.workspace'),
        ),
        migrations.AlterField(
            model_name='mail',
            name='state',
            field=models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('held', 'Held back'), ('sent', 'Sent'), ('failed', 'Failed'), ('stopped', 'Not sent')], default='queued', max_length=7),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(condition=models.Q(('state', 'held')), fields=['priority', 'id'], name='mail_that_is_held'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(fields=['workspace', '-id'], name='mail_of_a_workspace'),
        ),
        migrations.AddIndex(
            model_name='mail',
            index=models.Index(fields=['to', '-id'], name='mail_to_an_address'),
        ),
        migrations.AddField(
            model_name='event',
            name='mail',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='mail.mail'),
        ),
        migrations.AddConstraint(
            model_name='optout',
            constraint=models.UniqueConstraint(fields=('address', 'topic', 'thread'), name='opt_out_once'),
        ),
        migrations.AddConstraint(
            model_name='optout',
            constraint=models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='opt_out_is_lower_case'),
        ),
        migrations.AddConstraint(
            model_name='suppression',
            constraint=models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='suppressed_is_lower_case'),
        ),
        migrations.RunPython(count_this_month, migrations.RunPython.noop),
    ]
