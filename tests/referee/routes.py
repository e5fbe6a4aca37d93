"""Gives an HTTP API the routes of its OpenAPI body, which MiniStack makes the API without."""

import json
import re

ANY = "x-amazon-apigateway-any-method"
FUNCTION = re.compile(r"\$\{(\w+)(\.Arn)?\}/invocations$")


def imported(stack):
    """Makes the routes and integrations; answers with the API's id and what it did."""
    template = stack.cloudformation.get_template(StackName=stack.name, TemplateStage="Processed")["TemplateBody"]
    if isinstance(template, str):
        template = json.loads(template)
    [(name, api)] = stack.resources("AWS::ApiGatewayV2::Api").items()
    gateway = stack.client("apigatewayv2")
    if gateway.get_routes(ApiId=api)["Items"]:
        raise SystemExit("MiniStack has made the routes by itself: take routes.py out")
    integrations, count = {}, 0
    for path, methods in template["Resources"][name]["Properties"]["Body"]["paths"].items():
        for method, operation in methods.items():
            wanted = operation["x-amazon-apigateway-integration"]
            function = function_of(stack, wanted["uri"]["Fn::Sub"])
            if function not in integrations:
                made = gateway.create_integration(
                    ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function,
                    PayloadFormatVersion=wanted["payloadFormatVersion"],
                )
                integrations[function] = made["IntegrationId"]
            method = "ANY" if method == ANY else method.upper()
            gateway.create_route(
                ApiId=api, RouteKey=f"{method} {path}", Target=f"integrations/{integrations[function]}"
            )
            count += 1
    return api, f"the {count} routes of {name} by the template: MiniStack does not read an API's Body"


def function_of(stack, uri):
    """The ARN of the function, or of its alias, that an integration's address names."""
    name, _ = FUNCTION.search(uri).groups()
    physical = stack.physical(name)
    return stack.client("lambda").get_function(FunctionName=physical)["Configuration"]["FunctionArn"]
