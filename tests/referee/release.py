"""Leads the aliases to versions with the parameters of an update, which MiniStack's own update leaves behind."""

ALIAS = "live"


def released(stack):
    """Publishes each function as it is now; answers with what it did."""
    client = stack.client("lambda")
    functions = stack.resources("AWS::Lambda::Function").values()
    for function in functions:
        version = client.publish_version(FunctionName=function)["Version"]
        client.update_alias(FunctionName=function, Name=ALIAS, FunctionVersion=version)
    return f"the {len(functions)} aliases by hand: MiniStack publishes no version when {ALIAS} is to have new parameters"
