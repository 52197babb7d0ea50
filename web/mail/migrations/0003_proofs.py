from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0002_outbox_states'),
    ]

    operations = [
        migrations.AlterField(
            model_name='mail',
            name='topic',
            field=models.CharField(choices=[('account', 'Signing in and security'), ('invitation', 'Invitations'), ('notice', 'Incidents'), ('schedule', 'Failures of what you made'), ('download', 'Files that you asked for'), ('report', 'Regular reports'), ('letter', 'Letters to regular reports'), ('proof', 'Proofs that end soon')], db_default='account', default='account', max_length=10),
        ),
        migrations.AlterField(
            model_name='optout',
            name='topic',
            field=models.CharField(choices=[('account', 'Signing in and security'), ('invitation', 'Invitations'), ('notice', 'Incidents'), ('schedule', 'Failures of what you made'), ('download', 'Files that you asked for'), ('report', 'Regular reports'), ('letter', 'Letters to regular reports'), ('proof', 'Proofs that end soon')], max_length=10),
        ),
    ]
