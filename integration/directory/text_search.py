"""Text search as people type: words in any order, each anywhere in the text, whatever their case
and accents.

It needs no extension: pg_trgm is not available to an owner without superuser rights on every
server. So a search reads the rows of one organization, which callers have to bound.
"""

import psycopg
from psycopg.sql import SQL, Composable

from integration.database import rows
from integration.identity.address import INVISIBLE

MOST_WORDS = 8

# Most texts are ASCII, for which the first branch takes a tenth of the time of the second. The
# lower case of ASCII letters does not depend on the locale (in Turkish, that of I is another
# letter); that of other scripts does. The marks of decomposed letters are removed, and a few Latin
# letters that Unicode does not decompose are replaced.
_FOLDED = SQL(r"""
    case when octet_length({text}) = char_length({text})
        then lower({text} collate "C") collate "default"
        else lower(lower(translate(
            regexp_replace(normalize({text}, nfkd), '[\u0300-\u036f]', '', 'g'),
            'øØłŁđĐı', 'oOlLdDi'
        ) collate "C") collate "default")
    end
""")
_PATTERNS = SQL(r"""
    select '%%' || regexp_replace(folded.word, '([\\%%_])', '\\\1', 'g') || '%%'
    from unnest(%(words)s::text[]) as asked (word)
    cross join lateral (select {folded} as word) as folded
    where folded.word <> ''
""").format(folded=_FOLDED.format(text=SQL("asked.word")))


def patterns_of(connection: psycopg.Connection, text: str) -> list[str]:
    """A pattern for each of the text's first words. Empty if it has none: that matches all."""
    words = INVISIBLE.sub("", text).split()[:MOST_WORDS]
    return rows.scalars(connection, str, _PATTERNS, {"words": words}) if words else []


def folded(text: SQL) -> Composable:
    """The text as it is compared: without case and accents, with single spaces."""
    one_space = SQL(r"btrim(regexp_replace({}, '\s+', ' ', 'g'))")
    return one_space.format(_FOLDED.format(text=text))


def matches(text: SQL) -> Composable:
    """A condition: the text, which is not null, matches all of the parameter `patterns`."""
    return SQL("{} like all(%(patterns)s::text[])").format(_FOLDED.format(text=text))
