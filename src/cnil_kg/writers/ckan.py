"""A patch for a CKAN package: its own values stay, ours are added under names of our own."""

from __future__ import annotations

import json

from cnil_kg.errors import InputError
from cnil_kg.model import Text
from cnil_kg.readers import ckan
from cnil_kg.readers.trees import Tree, listed, read_json
from cnil_kg.writers.record import Export, Part
from cnil_kg.writers.resources import told, values

_FIELDS = {"personal_data": ("dpv:hasPersonalData", "dpv:hasData"), "legal_basis": ("dpv:hasLegalBasis",)}
_VERDICTS = "cnil_verdicts"


class Ckan:
    """Writes for one package."""

    name = "ckan"
    label = Text("CKAN, correction d'un jeu de données", "CKAN, patch of a package")
    parts = (Part("patch", Text("le corps de package_patch", "the body of package_patch")),)

    def write(self, export: Export, lang: str) -> str:
        """The JSON of `package_patch`.

        Raises:
            InputError: the package is not given, or the descriptions say nothing of it.
        """
        source = export.record("the package to patch", "Give the answer of package_show for it.")
        if not ckan.READER.recognises(source):
            raise InputError("is no CKAN package", source.name, "Give the answer of package_show, in JSON.")
        iri = ckan.READER.read(source).stated[0].root
        answer = read_json(source)
        package = answer.get("result", answer)
        patch: dict[str, Tree] = {"id": package.get("id")}
        for name, properties in _FIELDS.items():
            ours = sorted(set(values(export, iri, properties)))
            held = [item for item in listed(ckan.unpacked(package.get(name))) if item not in (None, "")]
            if set(ours) - set(held):
                patch[name] = [*held, *(value for value in ours if value not in held)]
        found = told(export.found, iri.value)
        if found is None and len(patch) == 1:
            repair = "Describe the dataset under this name, or give the import of its record."
            raise InputError(f"the descriptions say nothing of <{iri.value}>", source.name, repair)
        extras = [item for item in listed(package.get("extras")) if item.get("key") != _VERDICTS]
        patch["extras"] = [*extras, {"key": _VERDICTS, "value": found.text if found else "[]"}]
        return json.dumps(patch, ensure_ascii=False, indent=2) + "\n"


WRITER = Ckan()
