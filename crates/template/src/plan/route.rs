//! Routes of an HTTP API and how API Gateway chooses among them.
//!
//! A full match of the path wins, then a greedy `{proxy+}` match; of two greedy ones the
//! longer prefix; on one path a route for the method wins over `ANY`
//! (API Gateway developer guide, "Routes for HTTP APIs").

use std::cmp::Reverse;
use std::fmt;

use serde::{Serialize, Serializer};

/// The method of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// Every method.
    Any,
    /// This one, in capitals.
    Only(String),
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("ANY"),
            Self::Only(method) => formatter.write_str(method),
        }
    }
}

impl Serialize for Method {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One route to one function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path in API Gateway's form, such as `/api/{proxy+}`.
    pub path: String,
    /// Physical name of the function.
    pub function: String,
}

/// How closely a route fits a request; greater is closer.
type Closeness = (Reverse<bool>, usize, usize, bool);

pub(super) fn select<'routes>(routes: &'routes [Route], method: &str, path: &str) -> Option<&'routes Route> {
    routes
        .iter()
        .filter_map(|route| Some((closeness(route, method, path)?, route)))
        .max_by_key(|(closeness, _)| *closeness)
        .map(|(_, route)| route)
}

fn closeness(route: &Route, method: &str, path: &str) -> Option<Closeness> {
    let exact_method = match &route.method {
        Method::Any => false,
        Method::Only(only) if only == method => true,
        Method::Only(_) => return None,
    };
    let mut found = path.split('/').skip(1);
    let (mut segments, mut literals) = (0, 0);
    for wanted in route.path.split('/').skip(1) {
        if is_greedy(wanted) {
            // A greedy variable takes one segment or more.
            found.next().filter(|segment| !segment.is_empty())?;
            return Some((Reverse(true), segments, literals, exact_method));
        }
        let segment = found.next()?;
        match is_variable(wanted) {
            true if segment.is_empty() => return None,
            true => {}
            false if segment == wanted => literals += 1,
            false => return None,
        }
        segments += 1;
    }
    found.next().is_none().then_some((Reverse(false), segments, literals, exact_method))
}

fn is_variable(segment: &str) -> bool {
    segment.starts_with('{') && segment.ends_with('}')
}

fn is_greedy(segment: &str) -> bool {
    is_variable(segment) && segment.ends_with("+}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(method: &str, path: &str, expect: Option<&str>) {
        let routes: Vec<Route> = [
            ("POST", "/callbacks/processor", "callback"),
            ("ANY", "/api/{proxy+}", "api"),
            ("GET", "/{proxy+}", "pages"),
            ("GET", "/", "root"),
            ("GET", "/healthz", "health"),
            ("ANY", "/healthz", "health-any"),
            ("GET", "/items/{id}/parts", "parts"),
        ]
        .into_iter()
        .map(|(method, path, function)| Route {
            method: if method == "ANY" { Method::Any } else { Method::Only(method.into()) },
            path: path.into(),
            function: function.into(),
        })
        .collect();
        let found = select(&routes, method, path).map(|route| route.function.as_str());
        assert_eq!(found, expect, "{method} {path}");
    }

    #[test]
    fn the_closest_route_wins() {
        check("POST", "/callbacks/processor", Some("callback"));
        check("GET", "/callbacks/processor", Some("pages"));
        check("PUT", "/callbacks/processor", None);
        check("GET", "/api/documents/1", Some("api"));
        check("DELETE", "/api/documents/1", Some("api"));
        check("GET", "/api", Some("pages"));
        check("GET", "/", Some("root"));
        check("GET", "/healthz", Some("health"));
        check("HEAD", "/healthz", Some("health-any"));
        check("GET", "/documents/1", Some("pages"));
        check("GET", "/items/7/parts", Some("parts"));
        check("GET", "/items//parts", Some("pages"));
        check("POST", "/", None);
    }
}
