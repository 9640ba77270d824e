"""The JSON Schema (2020-12) of a catalogue file, for editors.

Made from the same tables of fields as the reading. It is a little kinder than the reading: what
needs arithmetic (thresholds, overlapping hours) or other files (keys given twice) only the
reading can tell.
"""

from __future__ import annotations

from typing import Any

from catenary.domain.documents import calendars, fields, readers, values
from catenary.domain.documents.forms import Form, Keyed, Part
from catenary.domain.documents.hours import DAY_NAMES, DAYS
from catenary.domain.documents.regions import COUNTRIES
from catenary.domain.documents.relying import GROUP_FIELDS, MAX_GROUPS, Relying
from catenary.domain.documents.shapes import Role, UtilityKind
from catenary.domain.references import MAX_KEY

Schema = dict[str, Any]

ADDRESS = "https://catenary.example/schema/catalogue-1.json"
_KEY = r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$"
_REFERENCE = r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?/[a-z0-9]([a-z0-9._-]*[a-z0-9])?$"
_EMAIL = r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$"
_DAY = "|".join((*DAYS, *(name.lower() for name in DAY_NAMES)))
_NOTHING: Schema = {"type": "null"}
_SPAN: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{1,2}[:.][0-9]{2} *[-–] *[0-9]{1,2}[:.][0-9]{2}$",
}


def catalogue_schema() -> Schema:
    """The schema of one catalogue file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ADDRESS,
        "title": "Catenary catalogue file",
        "type": "object",
        "required": ["catenary"],
        "additionalProperties": False,
        "properties": {
            "catenary": {"const": 1, "description": "version of the file format"},
            "organizations": _section(_KEY, _form(fields.ORGANIZATION), "by key"),
            "people": _section(_EMAIL, _form(fields.PERSON), "by e-mail address"),
            "calendars": _section(_REFERENCE, _form(calendars.CALENDAR), "by organization/key"),
            "services": _section(_REFERENCE, {"$ref": "#/$defs/service"}, "by organization/key"),
            "consumption": _section(
                _KEY,
                {
                    "type": "array",
                    "items": {"anyOf": [_of(readers.Reference()), _form(fields.CONSUMPTION)]},
                },
                "what each consumer consumes, by its key",
            ),
        },
        "$defs": {
            "service": _form(fields.SERVICE),
            "group": _hard_group(),
        },
    }


def _section(pattern: str, entry: Schema, meaning: str) -> Schema:
    return {
        "description": meaning,
        "type": ["object", "null"],
        "patternProperties": {pattern: entry},
        "additionalProperties": False,
    }


def _form(form: Form[Any]) -> Schema:
    schema: Schema = {
        "title": form.title,
        "type": "object",
        "additionalProperties": False,
        "properties": {
            field.name: {
                "description": str(field.meaning),
                **_optional(field.reader, field.required),
            }
            for field in form.fields.values()
        },
    }
    required = [field.name for field in form.fields.values() if field.required]
    if required:
        schema["required"] = required
    if form is fields.UTILITY:
        schema["oneOf"] = [{"required": [kind.value]} for kind in UtilityKind]
    return schema


def _optional(reader: Any, required: bool) -> Schema:
    """A field that is there but empty counts as absent."""
    schema = _of(reader)
    return schema if required else {"anyOf": [schema, _NOTHING]}


def _or_list(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, "uniqueItems": True}]}


def _text(limit: int = readers.MAX_NAME) -> Schema:
    # A number where a text belongs is taken as its digits: names such as 2024 need no quotes.
    return {"type": ["string", "number"], "minLength": 1, "maxLength": limit}


def _of(reader: Any) -> Schema:
    """The schema of what one reader accepts."""
    match reader:
        case readers.Text():
            return _text(reader.limit)
        case readers.Key():
            return {"type": "string", "pattern": _KEY, "maxLength": MAX_KEY}
        case readers.Reference():
            return {"type": "string", "pattern": _REFERENCE}
        case readers.Email():
            return {"type": "string", "pattern": _EMAIL}
        case readers.Contact():
            return {"type": "string", "pattern": f"{_KEY}|{_EMAIL}"}
        case readers.Number():
            number: Schema = {"type": "integer" if reader.whole else "number"}
            if reader.positive:
                number["exclusiveMinimum"] = 0
            return {"anyOf": [number, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}]}
        case readers.Flag():
            return {"enum": [True, False, "true", "false", "yes", "no", "on", "off"]}
        case readers.Choice():
            return {"enum": [word.value for word in reader.words]}
        case readers.Listing():
            item = _of(reader.item)
            if reader.or_one:
                return _or_list(item)
            return {"type": "array", "items": item, "uniqueItems": True, "maxItems": reader.limit}
        case values.Percentage():
            return {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? ?%$"}
        case values.Duration():
            return {
                "type": "string",
                "pattern": r"^([0-9]+(\.[0-9]+)? ?"
                r"(d|h|min|s|ms|us|µs|days?|hours?|minutes?|seconds?) ?)+$",
            }
        case values.Amount():
            return {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? +[^0-9%]"}
        case Part():
            return _form(reader.form)
        case fields.Utilities():
            return _keyed(fields.UTILITY)
        case Keyed():
            return _keyed(reader.form)
        case values.Hours():
            return {"anyOf": [{"type": "string", "pattern": _REFERENCE}, *_hours()["anyOf"]]}
        case calendars.CalendarHours():
            return _hours()
        case calendars.Country():
            return {"enum": sorted(COUNTRIES)}
        case calendars.DayHours():
            return _day_hours()
        case calendars.Holidays():
            short = {"type": "string", "pattern": "^[A-Za-z]{2,3}(-.{1,60})?$"}
            return {"anyOf": [short, _form(calendars.HOLIDAYS)]}
        case calendars.Exceptions():
            return _exceptions()
        case values.PublishedTo():
            return {"anyOf": [{"const": values.EVERYONE}, _of(values.PublishedTo.keys)]}
        case values.Roles():
            return _roles()
        case values.Processes():
            steps = {"anyOf": [_of(values.Processes.steps), _NOTHING]}
            return {
                "anyOf": [
                    _or_list(_text()),
                    {"type": "object", "additionalProperties": steps},
                ]
            }
        case fields.Channels():
            return _channels()
        case Relying():
            return _relying()
        case _:
            raise TypeError(f"no schema for the reader {reader!r}")


def _keyed(form: Form[Any]) -> Schema:
    return {
        "type": "object",
        "patternProperties": {_KEY: _form(form)},
        "additionalProperties": False,
    }


def _hours() -> Schema:
    return {
        "anyOf": [
            {"type": "string", "pattern": "^(24[x/]7|[A-Za-z]{3,}.* [A-Za-z_/+0-9-]+)$"},
            {
                "type": "object",
                "required": ["zone"],
                "minProperties": 2,
                "properties": {"zone": {"type": "string", "description": "an IANA time zone"}},
                "patternProperties": {
                    f"^({_DAY})( *[-–] *({_DAY}))?$": {
                        "anyOf": [_SPAN, {"type": "array", "items": _SPAN, "minItems": 1}]
                    }
                },
                "additionalProperties": False,
            },
        ]
    }


def _day_hours() -> Schema:
    return {
        "anyOf": [
            {"const": calendars.CLOSED},
            _SPAN,
            {"type": "array", "items": _SPAN, "minItems": 1},
        ]
    }


def _exceptions() -> Schema:
    day = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    return {
        "type": "object",
        "maxProperties": calendars.MAX_EXCEPTIONS,
        "patternProperties": {
            rf"^{day}( *\.\. *{day})?$": {
                "anyOf": [*_day_hours()["anyOf"], _form(calendars.EXCEPTION), _NOTHING]
            }
        },
        "additionalProperties": False,
    }


def _roles() -> Schema:
    role = {"enum": [role.value for role in Role]}
    elsewhere = {
        "type": "object",
        "patternProperties": {_KEY: {"anyOf": [_or_list(role), _NOTHING]}},
        "additionalProperties": False,
    }
    return {
        "anyOf": [
            role,
            elsewhere,
            {"type": "array", "items": {"anyOf": [role, elsewhere]}},
        ]
    }


def _channels() -> Schema:
    channel = _form(fields.CHANNEL)
    named = {**channel, "properties": dict(channel["properties"])}
    del named["properties"]["name"], named["required"]
    return {
        "anyOf": [
            {"type": "array", "items": {"anyOf": [_text(), channel]}},
            {"type": "object", "additionalProperties": {"anyOf": [named, _NOTHING]}},
        ]
    }


def _relying() -> Schema:
    hard: Schema = {"anyOf": [_of(readers.Reference()), {"$ref": "#/$defs/group"}]}
    soft = {
        "type": "object",
        "required": ["soft"],
        "additionalProperties": False,
        "properties": {"soft": {"description": GROUP_FIELDS["soft"], **hard}},
    }
    return {
        "type": "array",
        "maxItems": MAX_GROUPS,
        "items": {"anyOf": [*hard["anyOf"], soft]},
    }


def _hard_group() -> Schema:
    services = {
        "type": "array",
        "items": _of(readers.Reference()),
        "minItems": 1,
        "uniqueItems": True,
    }
    weights = {
        "type": "object",
        "minProperties": 1,
        "patternProperties": {
            _REFERENCE: {"anyOf": [_of(readers.Number(positive=True)), _NOTHING]}
        },
        "additionalProperties": False,
    }
    positive = _of(readers.Number(positive=True))
    of: Schema = {"any": services, "full": positive, "minimum": positive}
    of["at-least"] = _of(readers.Number(positive=True, whole=True))

    def group(required: list[str], of_schema: Schema | None) -> Schema:
        properties = {name: of[name] for name in (*required, "full") if name in of}
        if of_schema is not None:
            properties["of"] = of_schema
        return {
            "type": "object",
            "required": required,
            "additionalProperties": False,
            "properties": {
                name: {"description": GROUP_FIELDS[name], **schema}
                for name, schema in properties.items()
            },
        }

    return {
        "anyOf": [
            group(["any"], None),
            group(["at-least", "of"], services),
            group(["minimum", "of"], {"anyOf": [services, weights]}),
        ]
    }
