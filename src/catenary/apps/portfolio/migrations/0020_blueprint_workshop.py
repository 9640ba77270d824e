
import catenary.apps.common.models
import catenary.apps.portfolio.choices
import catenary.domain.workshop.standing
import catenary.domain.workshop.suggestions
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('history', '0003_change_version'),
        ('organizations', '0001_initial'),
        ('portfolio', '0010_drafts'),
    ]

    operations = [
        migrations.CreateModel(
            name='BlueprintProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', catenary.apps.common.models.PlainText(choices=[(catenary.domain.workshop.standing.Side['PROVIDER'], catenary.domain.workshop.standing.Side['PROVIDER']), (catenary.domain.workshop.standing.Side['CUSTOMER'], catenary.domain.workshop.standing.Side['CUSTOMER'])], max_length=20)),
                ('part', catenary.apps.common.models.PlainText(choices=[(catenary.domain.workshop.suggestions.Part['OUTCOMES'], catenary.domain.workshop.suggestions.Part['OUTCOMES']), (catenary.domain.workshop.suggestions.Part['COSTS_REMOVED'], catenary.domain.workshop.suggestions.Part['COSTS_REMOVED']), (catenary.domain.workshop.suggestions.Part['COSTS_IMPOSED'], catenary.domain.workshop.suggestions.Part['COSTS_IMPOSED']), (catenary.domain.workshop.suggestions.Part['RISKS_REMOVED'], catenary.domain.workshop.suggestions.Part['RISKS_REMOVED']), (catenary.domain.workshop.suggestions.Part['RISKS_IMPOSED'], catenary.domain.workshop.suggestions.Part['RISKS_IMPOSED']), (catenary.domain.workshop.suggestions.Part['PROVIDER'], catenary.domain.workshop.suggestions.Part['PROVIDER']), (catenary.domain.workshop.suggestions.Part['PROVIDER_EXPECTS'], catenary.domain.workshop.suggestions.Part['PROVIDER_EXPECTS']), (catenary.domain.workshop.suggestions.Part['CUSTOMER'], catenary.domain.workshop.suggestions.Part['CUSTOMER']), (catenary.domain.workshop.suggestions.Part['CUSTOMER_EXPECTS'], catenary.domain.workshop.suggestions.Part['CUSTOMER_EXPECTS']), (catenary.domain.workshop.suggestions.Part['WORDS'], catenary.domain.workshop.suggestions.Part['WORDS'])], max_length=40)),
                ('act', catenary.apps.common.models.PlainText(choices=[(catenary.domain.workshop.suggestions.Act['ADD'], catenary.domain.workshop.suggestions.Act['ADD']), (catenary.domain.workshop.suggestions.Act['CHANGE'], catenary.domain.workshop.suggestions.Act['CHANGE']), (catenary.domain.workshop.suggestions.Act['REMOVE'], catenary.domain.workshop.suggestions.Act['REMOVE'])], max_length=20)),
                ('subject', models.TextField(blank=True)),
                ('before', models.TextField(blank=True)),
                ('after', models.TextField(blank=True)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.change')),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.service')),
            ],
        ),
        migrations.CreateModel(
            name='BlueprintAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', catenary.apps.common.models.PlainText(choices=[(catenary.domain.workshop.standing.Side['PROVIDER'], catenary.domain.workshop.standing.Side['PROVIDER']), (catenary.domain.workshop.standing.Side['CUSTOMER'], catenary.domain.workshop.standing.Side['CUSTOMER'])], max_length=20)),
                ('kind', catenary.apps.common.models.PlainText(choices=[(catenary.apps.portfolio.choices.AnswerKind['ACCEPTED'], catenary.apps.portfolio.choices.AnswerKind['ACCEPTED']), (catenary.apps.portfolio.choices.AnswerKind['DECLINED'], catenary.apps.portfolio.choices.AnswerKind['DECLINED']), (catenary.apps.portfolio.choices.AnswerKind['WITHDRAWN'], catenary.apps.portfolio.choices.AnswerKind['WITHDRAWN']), (catenary.apps.portfolio.choices.AnswerKind['SAID'], catenary.apps.portfolio.choices.AnswerKind['SAID'])], max_length=20)),
                ('words', models.TextField(blank=True)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.change')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='portfolio.blueprintproposal')),
            ],
        ),
        migrations.CreateModel(
            name='BlueprintConfirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', catenary.apps.common.models.PlainText(choices=[(catenary.domain.workshop.standing.Side['PROVIDER'], catenary.domain.workshop.standing.Side['PROVIDER']), (catenary.domain.workshop.standing.Side['CUSTOMER'], catenary.domain.workshop.standing.Side['CUSTOMER'])], max_length=20)),
                ('version', catenary.apps.common.models.PlainText(max_length=32)),
                ('change', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.change')),
                ('consumer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organizations.organization')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='history.revision')),
                ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portfolio.service')),
            ],
            options={
                'indexes': [models.Index(fields=['service', 'consumer'], name='portfolio_confirmed')],
            },
        ),
        migrations.AddIndex(
            model_name='blueprintproposal',
            index=models.Index(fields=['service', 'consumer'], name='portfolio_proposed'),
        ),
        migrations.AddConstraint(
            model_name='blueprintanswer',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['accepted', 'declined', 'withdrawn'])), fields=('proposal',), name='portfolio_settled_once'),
        ),
    ]
