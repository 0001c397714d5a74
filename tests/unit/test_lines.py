"""Each triple with its line, in every syntax, and what the parser must never see."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from cnil_kg.errors import InputError
from cnil_kg.inputs.lines import statements
from cnil_kg.inputs.sources import Document

E = "@prefix e: <http://e/> .\n"
XML = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">\n'


def lines(text: str, format: str = "turtle") -> dict[str, int | None]:
    """The line of each triple by the local name of its property."""
    placed = statements(Document("p.ttl", 1, format, text.encode()))
    return {re.split("[#/]", quad.predicate.value)[-1]: line for quad, line in placed}


def refusal(text: str | bytes, format: str = "turtle") -> str:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(InputError) as caught:
        list(statements(Document("p.ttl", 1, format, data)))
    return str(caught.value)


VALUES = (
    *('"x"', '"a, b ; [ c"', '"""long"""', "'q'", '"\\""', '"it\'s"@en', '"2"^^e:t'),
    *("5", "1.5", "true", "e:o", "<http://e/o>", "_:b", "[]"),
)


class _Writer:
    """Turtle written at random, with the line where each object stands."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.text, self.line, self.count = E, 2, 0
        self.want: dict[str, int] = {}

    def token(self, text: str) -> None:
        self.text += text + " "
        while self.random.random() < 0.35:
            space = self.random.choice(["\n", "\n  ", "\r\n", '\n# ] "x" [\n', "\n\n", " # end\n"])
            self.text += space
            self.line += space.count("\n")

    def name(self) -> str:
        self.count += 1
        return f"p{self.count}"

    def value(self, name: str, depth: int) -> None:
        self.want[name] = self.line
        kind = self.random.random()
        if depth and kind < 0.3:
            self.token("[")
            self.properties(depth - 1)
            self.token("]")
        elif depth and kind < 0.4:
            del self.want[name]  # the line of a list is that of its first item
            self.token("(")
            for _ in range(self.random.randrange(1, 4)):
                item = self.name()
                self.want[item] = self.line
                self.token(self.random.choice(['"{}"', "e:{}", '"{}"@en', '"""{}"""']).format(item))
            self.token(")")
        else:
            self.token(self.random.choice(VALUES))

    def properties(self, depth: int) -> None:
        while True:
            name = self.name()
            self.token(f"e:{name}")
            self.value(name, depth)
            if self.random.random() < 0.5:
                return
            self.token(";")

    def document(self) -> str:
        for _ in range(self.random.randrange(1, 6)):
            self.token(self.random.choice(["e:s", "_:b", "<http://e/x>", "[]"]))
            self.properties(3)
            self.token(".")
        return self.text


@pytest.mark.parametrize("seed", range(300))
def test_every_object_of_random_turtle_is_on_its_own_line(seed: int) -> None:
    writer = _Writer(seed)
    text = writer.document()
    for quad, line in statements(Document("p.ttl", 1, "turtle", text.encode())):
        name = quad.predicate.value.removeprefix("http://e/")
        if name.endswith("#first"):
            name = quad.object.value.removeprefix("http://e/")
        if name in writer.want:
            assert line == writer.want[name], f"{name} in\n{text}"


def test_a_list_is_on_the_line_of_its_first_item() -> None:
    assert lines(E + 'e:a e:p (\n "x"\n "y" ) .')["p"] == 3


def test_a_long_string_is_on_its_last_line() -> None:
    assert lines(E + 'e:a e:p """x\ny""" ; e:q 1 .') == {"p": 3, "q": 3}


def test_a_line_longer_than_a_read_keeps_its_number() -> None:
    text = E + f'e:a e:p "{"x" * 5000}" ; e:q 1 ;\n e:r "{"] ; " * 1000}" .'
    assert lines(text) == {"p": 2, "q": 2, "r": 3}


def test_trig_has_lines_inside_and_outside_graphs() -> None:
    assert lines(E + "e:g {\n e:a e:p [\n e:q 1 ] }\n e:a e:r 2 .", "trig") == {"p": 3, "q": 4, "r": 5}


@pytest.mark.parametrize("format", ["ntriples", "nquads"])
def test_line_based_syntaxes(format: str) -> None:
    text = '# c\n<http://e/a> <http://e/p> "x" .\n\n_:b <http://e/q> <http://e/o> .'
    assert lines(text, format) == {"p": 2, "q": 4}


def test_rdf_xml_puts_a_link_where_the_nested_element_opens() -> None:
    text = (
        XML
        + """\
 <e:A rdf:about="http://e/1">
  <e:p>text</e:p>
  <e:q>
   <e:B>
    <e:r>1</e:r>
   </e:B>
  </e:q>
  <e:s
    rdf:resource="http://e/2"/>
 </e:A>
</rdf:RDF>"""
    )
    assert lines(text, "rdfxml") == {"type": 5, "p": 3, "q": 5, "r": 6, "s": 10}


def test_relative_iris_stay_inside_the_document() -> None:
    text = "<> <p> <#q> , </x> , <../y> , <z> ."
    values = {q.object.value for q, _ in statements(Document("some/where/p.ttl", 3, "turtle", text.encode()))}
    assert values == {f"cnil-kg://document-3/{end}" for end in ("#q", "x", "y", "z")}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("e:a e:b\n", 2),
        ("e:a e:b e:c\ne:d e:e e:f .\n\n\n", 3),
        ("e:a x:b e:c .", 2),
        ("hello", 2),
        ("e:a e:b <http://e/a b> .", 2),
        ("\n\ne:a e:b <http://e/a\\u0020b> .", 4),
        ('e:a e:b <http://e/a"b> .', 2),
        ('e:a e:b "x .', 2),
        ("e:a e:b [ e:c e:d .", 2),
        ('e:a e:b "\\x" .', 2),
    ],
)
def test_a_syntax_error_is_one_line_with_file_and_line(text: str, line: int) -> None:
    found = refusal(E + text)
    assert found.startswith(f"p.ttl:{line}: turtle syntax: ") and "\n" not in found


def test_bytes_that_are_not_utf_8_are_told_with_their_line() -> None:
    assert refusal(E.encode() + b'e:a e:b "\xe9t\xe9" .').startswith("p.ttl:2: turtle syntax: Invalid UTF-8")


@pytest.mark.parametrize(
    ("text", "format", "line"),
    [
        ("e:a e:b e:c .\n<< e:a e:b e:c >> e:d e:e .", "turtle", 3),
        ("e:a e:b <<( e:a e:b e:c )>> .", "turtle", 2),
        ("e:a e:b e:c {| e:d e:e |} .", "turtle", 2),
        ("e:a e:b e:c ~ e:r .", "turtle", 2),
        ('e:a e:b "x"@fr--ltr .', "turtle", 2),
        ('VERSION "1.2"\ne:a e:b e:c .', "turtle", 2),
        ('@version "1.2" .\ne:a e:b e:c .', "turtle", 2),
        ("e:g { << e:a e:b e:c >> e:d e:e }", "trig", 2),
        ("e:a e:b " + "<<( e:c e:d " * 100_000 + "e:e" + " )>>" * 100_000 + " .", "turtle", 2),
    ],
)
def test_rdf_1_2_is_told_once_and_plainly(text: str, format: str, line: int) -> None:
    assert refusal(E + text, format).startswith(f"p.ttl:{line}: RDF 1.2 is not supported.")


def test_rdf_1_2_in_rdf_xml_and_n_triples() -> None:
    text = "<http://e/a> <http://e/b> <<( <http://e/a> <http://e/b> <http://e/c> )>> ."
    assert "RDF 1.2 is not supported" in refusal(text, "ntriples")
    reified = '<e:A rdf:about="http://e/1"><rdf:reifies rdf:resource="http://e/2"/></e:A></rdf:RDF>'
    assert "RDF 1.2 is not supported" in refusal(XML + reified, "rdfxml")


def test_what_only_looks_like_rdf_1_2_is_read() -> None:
    text = E + 'e:a e:p "<< a b c >> VERSION \\"1.2\\"" ; # << a b c >>\n e:version "1.2" .'
    assert lines(text) == {"p": 2, "version": 3}


def _brackets(open_: str, close: str) -> Callable[[int], str]:
    return lambda count: f"{E}e:a e:b {open_ * count}1{close * count} ."


@pytest.mark.parametrize("nested", [_brackets("[ e:b ", " ]"), _brackets("( ", " )")])
def test_500_nested_nodes_pass_and_100_000_do_not(nested: Callable[[int], str]) -> None:
    assert len(list(statements(Document("p.ttl", 1, "turtle", nested(500).encode())))) >= 501
    assert "nested more than" in refusal(nested(100_000))


@pytest.mark.parametrize("text", ["[" * 100_000, "(" * 100_000, E + "e:a e:b " + "{" * 100_000])
def test_brackets_that_never_close(text: str) -> None:
    assert refusal(text).startswith("p.ttl:")


def test_nested_xml_elements_are_bounded() -> None:
    def nested(count: int) -> str:
        return XML + "<e:A><e:p>" * count + "</e:p></e:A>" * count + "</rdf:RDF>"

    assert len(list(statements(Document("p.rdf", 1, "rdfxml", nested(500).encode())))) >= 500
    assert "nested more than" in refusal(nested(50_000), "rdfxml")


@pytest.mark.parametrize(
    ("doctype", "says"),
    [
        ('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">', "more than a namespace"),
        ('<!ENTITY a SYSTEM "file:///etc/passwd">', "another file"),
        ('<!ENTITY a PUBLIC "-//x" "http://example.org/x">', "another file"),
        ('<!ENTITY % a "x"><!ENTITY b "y">', "no plain text"),
        (f'<!ENTITY a "{"x" * 2000}">', "more than a namespace"),
    ],
)
def test_entities_that_are_more_than_namespaces_are_refused(doctype: str, says: str) -> None:
    text = f'<?xml version="1.0"?>\n<!DOCTYPE rdf:RDF [{doctype}]>\n{XML}<e:A e:p="&a;"/></rdf:RDF>'
    assert refusal(text, "rdfxml").startswith("p.ttl:2: ") and says in refusal(text, "rdfxml")


@pytest.mark.parametrize("where", ['SYSTEM "file:///etc/passwd"', 'PUBLIC "-//x" "http://example.org/x.dtd"'])
def test_an_external_document_type_is_refused(where: str) -> None:
    text = f"<!DOCTYPE rdf:RDF {where}>\n{XML}</rdf:RDF>"
    assert "which is never read" in refusal(text, "rdfxml")


def test_a_short_entity_repeated_without_end_is_refused() -> None:
    text = f'<!DOCTYPE rdf:RDF [<!ENTITY e "{"x" * 999}">]>\n{XML}<e:A e:p="{"&e;" * 200_000}"/></rdf:RDF>'
    assert "too large" in refusal(text, "rdfxml")


def test_plain_namespace_entities_are_read() -> None:
    text = f'<!DOCTYPE rdf:RDF [\n<!ENTITY e "http://e/" >\n]>\n{XML}<e:A rdf:about="&e;x" e:p="1"/></rdf:RDF>'
    placed = list(statements(Document("p.owl", 1, "rdfxml", text.encode())))
    assert [quad.subject.value for quad, _ in placed] == ["http://e/x"] * 2


@pytest.mark.parametrize(
    ("body", "line"),
    [("<e:A>\n<e:p>x</e:q></e:A>", 3), ('\n<e:A rdf:about="http://e/a b"/>', 3), ("<e:A>&nope;</e:A>", 2)],
)
def test_xml_errors_have_their_line(body: str, line: int) -> None:
    assert refusal(XML + body + "</rdf:RDF>", "rdfxml").startswith(f"p.ttl:{line}: rdfxml syntax: ")
