"""Sources, observations, and the intervals that follow from them."""
import catenary.apps.common.models
import catenary.apps.monitoring.choices
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('organizations', '0050_second_factor_rules'),
        ('portfolio', '0021_workshop_append_only'),
    ]

    operations = [
        migrations.CreateModel(
            name='Propagation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
                ('seen_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[(catenary.apps.monitoring.choices.SourceKind['HAND'], catenary.apps.monitoring.choices.SourceKind['HAND']), (catenary.apps.monitoring.choices.SourceKind['MONITOR'], catenary.apps.monitoring.choices.SourceKind['MONITOR']), (catenary.apps.monitoring.choices.SourceKind['IMPORT'], catenary.apps.monitoring.choices.SourceKind['IMPORT']), (catenary.apps.monitoring.choices.SourceKind['SCHEDULE'], catenary.apps.monitoring.choices.SourceKind['SCHEDULE'])], max_length=20)),
                ('name', catenary.apps.common.models.PlainText(blank=True, max_length=100)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
            ],
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.SmallIntegerField()),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('sequence', models.BigIntegerField(null=True)),
                ('valid_until', models.DateTimeField(null=True)),
                ('planned', models.SmallIntegerField()),
                ('share', models.IntegerField()),
                ('reference', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField(blank=True)),
                ('account_id', models.BigIntegerField(null=True)),
                ('person_id', models.BigIntegerField(null=True)),
                ('digest', catenary.apps.common.models.PlainText(max_length=32, unique=True)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.service')),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='monitoring.source')),
            ],
        ),
        migrations.CreateModel(
            name='Waiting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateTimeField()),
                ('due_at', models.DateTimeField(db_index=True)),
                ('observation', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='monitoring.observation')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='portfolio.service')),
            ],
        ),
        migrations.CreateModel(
            name='EffectiveCondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('best', models.SmallIntegerField()),
                ('worst', models.SmallIntegerField()),
                ('planned', models.BooleanField()),
                ('next_loss', models.SmallIntegerField()),
                ('possible_next_loss', models.SmallIntegerField()),
                ('derived', models.BooleanField()),
                ('assumed', models.BooleanField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.service')),
            ],
            options={
                'indexes': [models.Index(fields=['service', 'starts_at'], name='monitoring_effective_of'), models.Index(fields=['starts_at'], name='monitoring_effective_from')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True)), fields=('service',), name='monitoring_effective_now'), models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='monitoring_effective_ends_later')],
            },
        ),
        migrations.CreateModel(
            name='OwnCondition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('condition', models.SmallIntegerField()),
                ('without_planned', models.SmallIntegerField()),
                ('only_planned', models.SmallIntegerField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField(null=True)),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.service')),
            ],
            options={
                'indexes': [models.Index(fields=['service', 'starts_at'], name='monitoring_own_of'), models.Index(fields=['starts_at'], name='monitoring_own_from'), models.Index(fields=['ends_at'], name='monitoring_own_until')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at__isnull', True)), fields=('service',), name='monitoring_own_now'), models.CheckConstraint(condition=models.Q(('ends_at__isnull', True), ('ends_at__gt', models.F('starts_at')), _connector='OR'), name='monitoring_own_ends_later')],
            },
        ),
        migrations.AddConstraint(
            model_name='source',
            constraint=models.UniqueConstraint(fields=('organization', 'kind', 'name'), name='monitoring_one_voice'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(fields=['service', 'source', 'at'], name='monitoring_words_of'),
        ),
        migrations.AddIndex(
            model_name='observation',
            index=models.Index(fields=['service', 'at'], name='monitoring_words_from'),
        ),
        migrations.AddConstraint(
            model_name='waiting',
            constraint=models.UniqueConstraint(condition=models.Q(('observation__isnull', True)), fields=('service',), name='monitoring_one_alarm'),
        ),
    ]
