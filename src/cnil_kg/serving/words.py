"""The words of the query page, in French and English."""

from __future__ import annotations

from collections.abc import Mapping

from cnil_kg.model import Text

PAGE: Mapping[str, Text] = {
    "title": Text("Interroger le graphe", "Query the graph"),
    "lead": Text(
        "Ce qui est déclaré, ce qui en découle et ce qui en est conclu, au regard des fiches IA de la CNIL.",
        "What is stated, what follows and what is concluded, by the CNIL's AI how-to sheets.",
    ),
    "examinedWord": Text("Examiné :", "Examined:"),
    "law": Text("Droit applicable au", "Law as of"),
    "skip": Text("Aller au résultat", "Skip to the result"),
    "switchName": Text("English", "Français"),
    "questions": Text("Questions", "Questions"),
    "search": Text("Chercher une question", "Find a question"),
    "noQuestion": Text("Aucune question ne contient ces mots.", "No question holds these words."),
    "parameters": Text("Paramètres", "Parameters"),
    "noParameter": Text("Cette question n'a pas de paramètre.", "This question has no parameter."),
    "all": Text("toutes les valeurs", "all values"),
    "iriHint": Text("https://… ou ckg:…", "https://… or ckg:…"),
    "ask": Text("Poser la question", "Ask"),
    "toEditor": Text("Ouvrir en SPARQL", "Open as SPARQL"),
    "editorNote": Text(
        "Ouverte en SPARQL, une question vaut pour toutes les valeurs de ses paramètres ; ajoutez un FILTER.",
        "Opened as SPARQL, a question holds for all values of its parameters; add a FILTER.",
    ),
    "sparql": Text("Requête SPARQL", "SPARQL query"),
    "editorHelp": Text(
        "Ctrl+Entrée exécute la requête ; Tab quitte l'éditeur.", "Ctrl+Enter runs the query; Tab leaves the editor."
    ),
    "run": Text("Exécuter", "Run"),
    "stop": Text("Interrompre", "Stop waiting"),
    "graphs": Text("Graphes chargés", "Graphs loaded"),
    "result": Text("Résultat", "Result"),
    "nothingYet": Text("Choisissez une question, ou écrivez une requête.", "Choose a question, or write a query."),
    "running": Text("Requête en cours…", "Running…"),
    "stopped": Text("Attente interrompue.", "No longer waiting."),
    "unreachable": Text("Le serveur ne répond pas.", "The server does not answer."),
    "oneRow": Text("1 ligne", "1 row"),
    "rows": Text("{n} lignes", "{n} rows"),
    "shown": Text(
        "Les {n} premières lignes sont affichées ; les fichiers les contiennent toutes.",
        "The first {n} rows are shown; the files hold all of them.",
    ),
    "noRow": Text("Aucune ligne.", "No row."),
    "leftOut": Text(
        "Lignes écartées par le filtre : {n}, dont indéterminées : {u}.",
        "Rows left out by the filter: {n}, of which undetermined: {u}.",
    ),
    "refused": Text("La requête n'a pas abouti.", "The query was not answered."),
    "save": Text("Enregistrer", "Save as"),
    "sort": Text("Trier par {column}", "Sort by {column}"),
    "answerYes": Text("Oui", "Yes"),
    "answerNo": Text("Non", "No"),
}
