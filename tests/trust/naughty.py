"""Strings that mean something to some interpreter on the way, where they should mean nothing but themselves."""

from __future__ import annotations

SQL = r"""' | '' | ' OR '1'='1 | ' OR 1=1 -- | " OR ""=" | '; DROP TABLE orders; -- | "; DROP TABLE orders; -- | '); DELETE FROM orders; -- | 1; SELECT 1 | 1 OR 1=1
' UNION SELECT document FROM documents -- | ' AND 1=0 UNION ALL SELECT NULL,NULL -- | admin'-- | admin' # | admin'/* | ') OR ('a'='a | ' || 'a | '+'a | %27 | \' | \" | \\' | \\\\'
/* */ | /*! 1 */ | -- | --+ | # | ;-- | */ ' /* | $$ | $a$ ' $a$ | $tag$x$tag$ | E'\x27' | U&'\0027' | X'27' | N'x' | CHAR(39) | CHR(39)||CHR(39) | ` | `id` | [id] | {d '2024-01-01'}
o.site | o."rid" | "o"."document" | rid | document | site | NULL | null | TRUE | DEFAULT | * | SELECT | json_each | NOT NULL | ) | ( | )) -- | 0x27 | 1e1 | LIKE '%' | % | _ | %% | \% | a%b_c
'; ATTACH DATABASE 'x.db' AS x; -- | '; COPY orders TO '/tmp/x' ; -- | '; PRAGMA writable_schema=1; -- | ' AND pg_sleep(10) -- | '; SELECT load_extension('x') -- | read_csv('/etc/passwd')
'; SET search_path = x; -- | '::text | ::regclass | ' IS NULL OR ' | CAST('1' AS INT) | ARRAY['a'] | {a,b} | {"a",NULL} | {} | '{}' | ROW(1) | (SELECT 1) | @@version | xp_cmdshell"""

PLACEHOLDERS = r""":p0 | :p1 | :site | :limit | :p1 :p2 | %(p1)s | %(site)s | %s | %d | %n | %%s | %(p1) | $1 | $p1 | $site | $limit | ? | ?1 | @p1 | {p1:String} | {p1} | {} | {0} | {0.__class__} | ${p1} | #{p1} | {{p1}} | {% p1 %}
:1 | ::p1 | \:p1 | $$1 | %1$s | {site:String} | ~p1 | &p1"""

CODE = r"""__import__('os').system('id') | eval('1') | ''' | \"\"\" | '''+str(1)+''' | ')+exit()+(' | "+exit()+" | f'{1}' | lambda: 0 | None | True | order | transactions | scope | c0 | k0 | _ | self | __class__ | __proto__ | constructor
return True | if True: | raise SystemExit | import os | # coding: x | \N{BULLET} | \x41 | \u0041 | \U00000041 | \101 | \ | \\ | \n | \r\n | \t | \0 | \a | $(id) | `id` | ;id | |id | &&id | $IFS | ${jndi:ldap://x} | <script>alert(1)</script>
<!--#exec cmd="id"--> | ]]> | <![CDATA[ | &lt; | &#39; | {{7*7}} | <%= 7*7 %> | #set($x=1) | [[${7*7}]] | javascript:alert(1) | data:text/html,x | =cmd|' /C calc'!A0 | @SUM(1) | +1 | -1 | =1+1
../../etc/passwd | ..\..\windows | /etc/passwd | C:\x | file:///etc/passwd | //evil.example/x | %2e%2e%2f | .. | . | ~ | ~root | con | nul | a/b | a\b | -rf | --help | -- | *.db | ?mode=memory | file:x?mode=rwc | x.db?cache=shared | #frag
{"a":1} | [1] | "a" | 'a' | null | true | {"$ne":null} | {"$gt":""} | [$ne] | $where | $ne | $regex | .* | ^a | (a+)+$ | a|b | [^a] | \d | (?i)a | \1 | {,1} | , | : | ; | { | } | [ | ] | < | > | = | !
in (a) | and | or | not | order by number | limit 1 | after x | is missing | starts with | has any | has all | today | now | 'a' and b = 'c' | a"b'c`d | 1970-01-01 | 2024-01-01T00:00:00Z | 1e5 | 007 | -0 | +5 | 1_000 | 0.1 | NaN | Infinity"""

_RAW = [
    "", " ", "  ", "\t", "\n", "\r", "\r\n", "\0", "a\0b", "\0\0", "\1", "\1\1", "\1\2", "a\1", "\x08", "\x1a", "\x1b[31m", "\x7f", "\x80", "\x85", "\xa0", "\xad", "\u200b",
    "\u2028", "\u2029", "\u202e", "\ufeff", "\ufffd", "\uffff", "\U0010ffff", "\U0001f511", "e\u0301", "\xe9", "İ", "ı", "ß", "ﬃ", "ΐ", "Σς", "K", "Å", "ſ",
    "\u2018", "\u2019", "\u201c", "\u201d", "\u02bc", "\uff07", "\uff02", "\u2032", "`\u00b4", "\uff1b", "\uff05", "\u037e", "\\'", "\\\\", "'\\''", "''''", '""""', "\\\n",
    "a'b\"c\\d", "x" * 512, "'" * 200, "\\" * 201, "%" * 99, "\U0001f511" * 100, "\x00'\x00", "'\n--", "\u0000' OR 1=1 --", "\ud83d\ude00"[:0] + "\U0001f600", "a" * 255 + "'",
]  # fmt: skip

SURROGATES = ["\ud800", "\udfff", "a\udc00b", "\ud800'", "'\udfff--"]
"""No UTF-8 text can hold these: every one is refused."""

NAUGHTY = [
    *dict.fromkeys(
        [
            *_RAW,
            *(
                part.strip(" ")
                for block in (SQL, PLACEHOLDERS, CODE)
                for line in block.splitlines()
                for part in line.split(" | ")
            ),
        ]
    )
]
