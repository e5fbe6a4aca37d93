//! Everything a reference can lead to, and the evaluation of intrinsic functions.

mod dependencies;
mod evaluate;
mod kind;
mod reference;
mod resource;

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::parameters::Parameter;
use crate::settings::Settings;

pub(crate) use dependencies::check as check_dependencies;
pub(crate) use kind::{AwsOnlyType, Kind};
pub(crate) use resource::{Resource, read_all};

/// What references are resolved against.
pub(crate) struct Scope<'t> {
    pub(crate) settings: &'t Settings,
    pub(crate) parameters: &'t BTreeMap<String, Parameter>,
    pub(crate) conditions: BTreeMap<String, bool>,
    /// In the template's order.
    pub(crate) resources: &'t [Resource],
    /// Physical names found so far: many references lead to one resource.
    names: RefCell<BTreeMap<String, String>>,
}

impl<'t> Scope<'t> {
    pub(crate) fn new(
        settings: &'t Settings,
        parameters: &'t BTreeMap<String, Parameter>,
        conditions: BTreeMap<String, bool>,
        resources: &'t [Resource],
    ) -> Self {
        Self { settings, parameters, conditions, resources, names: RefCell::default() }
    }

    pub(crate) fn resource(&self, logical_id: &str) -> Option<&'t Resource> {
        self.resources.iter().find(|resource| resource.logical_id == logical_id)
    }

    /// The resources that are created, of one kind.
    pub(crate) fn created(&self, kind: Kind) -> impl Iterator<Item = &'t Resource> {
        self.resources.iter().filter(move |resource| resource.created && resource.kind == kind)
    }
}
