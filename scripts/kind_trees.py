"""Which published concepts the rules need, and where we leave or add to the published hierarchy.

`make_kinds.py` reads this. `skos:broader` is followed inside one kind only: across kinds it makes false
facts (a purpose becomes a legal basis, a measure a purpose). Everything cut or placed by us says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tree:
    """One kind of concepts, as a section of `kinds.ttl`.

    Attributes:
        title: of the section.
        note: comment lines under the title.
        kind: the DPV class whose instances are read, with the `skos:broader` between them; None for none.
        top: where a concept of the kind without a parent is put.
        under: parent -> concepts that we place there, besides what DPV says.
        cut: (concept, parent) -> why this published link is left out.
    """

    title: str
    note: tuple[str, ...] = ()
    kind: str | None = None
    top: str = ""
    under: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cut: Mapping[tuple[str, str], str] = field(default_factory=dict)


_ADDRESS = "where someone lives, works or was born is an address, not a trace of movements"
PERSONAL_DATA = Tree(
    "Personal data",
    (
        "Roots: dpv:PersonalData, dpv:SpecialCategoryPersonalData (GDPR 9), ckg:OffenceData (GDPR 10),",
        "ckg:HighlyPersonalData (WP248 rev.01, criterion 4: location, finance, private messages, diaries).",
    ),
    kind="dpv:PersonalData",
    top="dpv:PersonalData",
    under={
        "dpv:PersonalData": (
            "dpv:SpecialCategoryPersonalData",
            "ckg:OffenceData",
            "ckg:HighlyPersonalData",
            "dpv:PseudonymisedData",
            "dpv:CollectedPersonalData",
            "dpv:DerivedPersonalData",
            "dpv:GeneratedPersonalData",
            "dpv:IdentifyingPersonalData",
            "dpv:InferredPersonalData",
            "dpv:ObservedPersonalData",
            "dpv:ProvidedPersonalData",
            "pd:ProfessionalExperience",
        ),
        # Its published meaning is ethnic origin and lineage, which GDPR 9(1) names; DPV leaves the type out.
        "dpv:SpecialCategoryPersonalData": ("pd:Ethnicity",),
        "ckg:OffenceData": ("pd:Criminal",),
        "ckg:HighlyPersonalData": (
            "dpv:SensitivePersonalData",
            "pd:Location",
            "pd:Financial",
            "pd:Communication",
            "pd:CallLog",
            "pd:PersonalDocuments",
        ),
        "dpv:SensitivePersonalData": ("pd:Vulnerability",),
        "dpv:PseudonymisedData": ("dpv:ContextuallyAnonymisedData",),
    },
    cut={
        # Special categories that DPV types too widely. pd:BloodType was looked at and kept: it comes from
        # testing a bodily substance, which recital 35 of the GDPR counts as data concerning health.
        ("pd:FacialExpression", "pd:Biometric"): "an expression identifies nobody: GDPR 4(14)",
        ("pd:FacialExpression", "dpv:SpecialCategoryPersonalData"): "same reason",
        ("pd:Proclivity", "pd:Sexual"): "special only if it tells of sex life or orientation: ask",
        ("pd:Proclivity", "dpv:SpecialCategoryPersonalData"): "same reason",
        (
            "eu-aiact:BiometricData",
            "pd:Biometric",
        ): "AI Act 3(34) asks for no unique identification, GDPR 4(14) does",
        # A special category is sensitive in DPV; the doctrine asks the two questions apart.
        (
            "dpv:SpecialCategoryPersonalData",
            "dpv:SensitivePersonalData",
        ): "GDPR 9 and the highly personal are two facts",
        # Not highly personal in the sense of WP248.
        ("pd:BirthPlace", "pd:Location"): _ADDRESS,
        ("pd:Country", "pd:Location"): _ADDRESS,
        ("pd:Domicile", "pd:Location"): _ADDRESS,
        ("pd:HomeLocation", "pd:Location"): _ADDRESS,
        ("pd:PhysicalAddress", "pd:Location"): _ADDRESS,
        ("pd:Residency", "pd:Location"): _ADDRESS,
        ("pd:WorkLocation", "pd:Location"): _ADDRESS,
        ("pd:Ownership", "pd:Financial"): "possessions open no payment fraud",
        ("pd:SocialMedia", "pd:Communication"): "may be public; messages have their own concept",
    },
)

_LETTERS = {"1": "abc", "3": "abcd", "4": "ab", "5": "abcd", "6": "abcde", "7": "abcd", "8": "ab"}
_ANNEX_III = ["2", *(f"{number}-{letter}" for number, letters in _LETTERS.items() for letter in letters)]
AI_ACT_LISTS = Tree(
    "Lists of the AI Act",
    ("Annex I (products), Annex III (uses), Article 5 (prohibited practices); points keep their letters.",),
    under={
        "eu-aiact:HighRiskAISystem": ("eu-aiact:HighRiskAISystem-A6-1", "eu-aiact:HighRiskAISystem-A6-2"),
        "eu-aiact:HighRiskAISystem-A6-1": tuple(f"eu-aiact:HighRiskAISystem-AnnexI-{n}" for n in range(1, 21)),
        "eu-aiact:HighRiskAISystem-A6-2": tuple(f"eu-aiact:HighRiskAISystem-AnnexIII-{p}" for p in _ANNEX_III),
        # Annex III, point 2 has one use only, which DPV leaves without a letter.
        **{
            f"ckg:AIII{point.replace('-', '') if '-' in point else point + 'a'}": (
                f"eu-aiact:HighRiskAISystem-AnnexIII-{point}",
            )
            for point in _ANNEX_III
        },
        **{f"ckg:P{letter.upper()}": (f"eu-aiact:ProhibitedAISystem-A5-1-{letter}",) for letter in "abcdefgh"},
    },
)

TREES = (
    PERSONAL_DATA,
    Tree(
        "Data that may not be personal",
        (
            "Claims to be examined: anonymised data are anonymous once F0-08 says so; synthetic data may",
            "be personal.",
        ),
        under={
            "dpv:NonPersonalData": ("dpv:AnonymisedData",),
            "dpv:Data": ("dpv:NonPersonalData", "dpv:SyntheticData"),
        },
    ),
    Tree(
        "Persons concerned",
        (
            "DPV puts patients and employees under no vulnerable group, and children beside vulnerable data",
            "subjects; WP248 rev.01 (criterion 7) and fiche 5 name them.",
        ),
        under={
            "ckg:VulnerablePerson": (
                "ckg:AsylumSeekersGroup",
                "ckg:ChildrenGroup",
                "ckg:ElderlyGroup",
                "ckg:EmployeesGroup",
                "ckg:MentallyIllGroup",
                "ckg:OtherGroup",
                "ckg:PatientsGroup",
                "dpv:VulnerableDataSubject",
                "dpv:VulnerableHuman",
            ),
            "ckg:AsylumSeekersGroup": ("dpv:AsylumSeeker",),
            "ckg:ChildrenGroup": ("dpv:Child",),
            "ckg:ElderlyGroup": ("dpv:ElderlyDataSubject", "dpv:ElderlyHuman"),
            "ckg:EmployeesGroup": ("dpv:Employee",),
            "ckg:MentallyIllGroup": ("dpv:MentallyVulnerableDataSubject", "dpv:MentallyVulnerableHuman"),
            "ckg:PatientsGroup": ("dpv:Patient",),
        },
    ),
    Tree(
        "Legal bases",
        (
            "A basis is read as the point of Article 6(1) it belongs to. Not read as a basis: the exceptions",
            "of Article 9(2), the derogations of Article 49, agreements between organisations, licences",
            "(dpv:LicenseAgreement, tech:License), the interests of the data subject.",
        ),
        under={
            "eu-gdpr:A6-1-a": (
                "dpv:Consent",
                "eu-gdpr:A6-1-a-explicit-consent",
                "eu-gdpr:A6-1-a-non-explicit-consent",
            ),
            "dpv:Consent": ("dpv:InformedConsent", "dpv:UninformedConsent", "eu-gdpr:Consent"),
            "dpv:InformedConsent": ("dpv:ExpressedConsent", "dpv:ImpliedConsent"),
            "dpv:ExpressedConsent": ("dpv:ExplicitlyExpressedConsent",),
            "dpv:ExplicitlyExpressedConsent": ("eu-gdpr:A6-1-a-explicit-consent",),
            "eu-gdpr:A6-1-b": (
                "dpv:Contract",
                "dpv:ContractPerformance",
                "dpv:EnterIntoContract",
                "eu-gdpr:A6-1-b-contract-performance",
                "eu-gdpr:A6-1-b-enter-into-contract",
            ),
            "eu-gdpr:A6-1-c": ("dpv:LegalObligation",),
            "eu-gdpr:A6-1-d": (
                "dpv:VitalInterest",
                "dpv:VitalInterestOfDataSubject",
                "dpv:VitalInterestOfNaturalPerson",
                "eu-gdpr:A6-1-d-data-subject",
                "eu-gdpr:A6-1-d-natural-person",
            ),
            "eu-gdpr:A6-1-e": (
                "dpv:OfficialAuthorityOfController",
                "dpv:PublicInterest",
                "eu-gdpr:A6-1-e-official-authority",
                "eu-gdpr:A6-1-e-public-interest",
            ),
            "eu-gdpr:A6-1-f": (
                "dpv:LegitimateInterest",
                "dpv:LegitimateInterestOfController",
                "dpv:LegitimateInterestOfThirdParty",
                "eu-gdpr:A6-1-f-controller",
                "eu-gdpr:A6-1-f-third-party",
            ),
            "ckg:OtherArticle9Exception": (
                "eu-gdpr:A9-2-b",
                "eu-gdpr:A9-2-c",
                "eu-gdpr:A9-2-d",
                "eu-gdpr:A9-2-f",
                "eu-gdpr:A9-2-h",
                "eu-gdpr:A9-2-i",
            ),
        },
    ),
    Tree(
        "Claimed roles",
        under={
            "ckg:ControllerRole": ("dpv:DataController", "eu-gdpr:Controller"),
            "ckg:JointControllerRole": ("dpv:JointDataControllers",),
            "ckg:ProcessorRole": ("dpv:DataProcessor", "dpv:DataSubProcessor", "eu-gdpr:Processor"),
            "eu-aiact:AIProvider": ("eu-aiact:DownstreamAIProvider",),
        },
    ),
    Tree(
        "Operations and context of a processing",
        ("Fine-tuning is one activity of fiche 0, training another: the link between them is not followed.",),
        under={
            "ckg:Annotation": ("ai:DataAnnotation", "ai:DataLabelling"),
            "ckg:FineTuning": ("ai:ModelFineTuning",),
            "ckg:Training": ("ai:ModelTraining",),
            "dpv:Collect": ("ckg:WebScraping",),
            "dpv:EvaluationScoring": (
                "dpv:AutomatedScoringOfIndividuals",
                "dpv:EvaluationOfIndividuals",
                "dpv:Profiling",
                "dpv:ScoringOfIndividuals",
            ),
            "dpv:Profiling": ("ai:Profiling", "eu-gdpr:Profiling"),
            "dpv:InnovativeUseOfTechnology": (
                "dpv:InnovativeUseOfExistingTechnology",
                "dpv:InnovativeUseOfNewTechnologies",
            ),
        },
    ),
    Tree(
        "Phases and techniques",
        under={
            "ckg:DevelopmentPhase": ("ai:DevelopmentStage",),
            "ckg:DeploymentPhase": ("ai:DeploymentStage", "ai:OperationStage"),
            "ckg:ReinforcementTechnique": ("ai:ReinforcementLearning",),
            "ckg:SupervisedTechnique": ("ai:SupervisedLearning",),
            "ckg:SymbolicTechnique": ("ai:SymbolicReasoning",),
            "ckg:UnsupervisedTechnique": ("ai:UnsupervisedLearning",),
        },
    ),
    Tree(
        "Purposes, measures and results of assessments",
        ("Only dpv:ScientificResearch can claim the research regime: a university alone does not.",),
        under={
            "dpv:Purpose": ("dpv:ScientificResearch",),
            "dpv:HumanOversight": (
                "eu-aiact:DeployerHumanOversightMeasure",
                "eu-aiact:ProviderHumanOversightMeasure",
            ),
            "ckg:Compatible": ("eu-gdpr:PurposeCompatible",),
            "ckg:Incompatible": ("eu-gdpr:PurposeIncompatible",),
            "ckg:DpiaNotRequired": ("eu-gdpr:DPIANotRequired",),
            "ckg:DpiaRequired": ("eu-gdpr:DPIARequired",),
        },
    ),
    Tree(
        "Systems and models",
        ("DPV does not link the AI Act's general-purpose terms to its own: we do.",),
        under={
            "ai:GPAI": ("eu-aiact:GPAISystem",),
            "ai:GPAIModel": ("eu-aiact:GPAIModel",),
            "eu-aiact:RiskLevelHigh": ("eu-aiact:RiskLevelHigh-A6-1", "eu-aiact:RiskLevelHigh-A6-2"),
            "eu-aiact:RiskLevelNotHigh": (
                "eu-aiact:RiskLevelMinimal",
                "eu-aiact:RiskLevelTransparencyRequired",
            ),
        },
    ),
    AI_ACT_LISTS,
)
