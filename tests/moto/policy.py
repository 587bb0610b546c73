"""Decides what IAM policy documents say about one request, trust policies and identity policies alike.

In: parsed documents, the action, the resource, the names the caller answers to, the condition keys.
Out: True (allowed), False (explicitly denied) or None (nothing applies). What it does not know never matches an
Allow, so a test cannot pass because a condition was overlooked.
"""

from fnmatch import fnmatchcase


def decide(documents, action, resource, names=None, keys=None):
    """`names` is None for identity policies, which have no Principal; `keys` maps condition keys to strings."""
    verdict = None
    for statement in (s for document in documents for s in listed(document["Statement"])):
        denies = statement["Effect"] == "Deny"
        if applies(statement, action, resource, names) and conditions_hold(
            statement.get("Condition", {}), keys or {}, unknown=denies
        ):
            if denies:
                return False
            verdict = True
    return verdict


def applies(statement, action, resource, names):
    """Actions compare without regard to case, resources with; a trust policy names no resource."""
    wanted = [pattern.lower() for pattern in listed(statement["Action"])]
    if not any(fnmatchcase(action.lower(), pattern) for pattern in wanted):
        return False
    if names is not None:
        return any(name in names for name in principals(statement))
    return any(fnmatchcase(resource, pattern) for pattern in listed(statement["Resource"]))


def principals(statement):
    """Whom a trust statement names: users, roles, accounts, and providers that vouch for others. Services are nobody."""
    principal = statement["Principal"]
    named = lambda kind: listed(principal.get(kind, []))
    return ["*"] if principal == "*" else named("AWS") + named("Federated")


def conditions_hold(conditions, keys, unknown):
    """All must hold. `unknown` is the answer for an operator that is not modelled."""
    for operator, wanted in conditions.items():
        name, optional = operator.removesuffix("IfExists"), operator.endswith("IfExists")
        for key, values in wanted.items():
            if key not in keys:
                if not optional:
                    return False
            elif name not in OPERATORS:
                return unknown
            elif not any(OPERATORS[name](keys[key], str(value)) for value in listed(values)):
                return False
    return True


OPERATORS = {
    "Bool": lambda have, want: have == want.lower(),
    "StringEquals": lambda have, want: have == want,
    "StringLike": fnmatchcase,
    "NumericLessThan": lambda have, want: float(have) < float(want),
    "NumericGreaterThan": lambda have, want: float(have) > float(want),
}


def listed(value):
    """IAM lets one value stand for a list of one."""
    return value if isinstance(value, list) else [value]
