//! Walks over every type and row of the catalog.

use std::collections::{BTreeMap, BTreeSet};

use trueup::catalog::{Catalog, Form, Kind, Mode, ResourceType, Row, Treatment};
use trueup::model::{Exception, Nesting, Replacement, SchemaFacts, Value, ValueType};

fn rows() -> impl Iterator<Item = (&'static ResourceType, &'static Row)> {
    Catalog::builtin()
        .types()
        .flat_map(|resource_type| resource_type.rows().iter().map(move |row| (resource_type, row)))
}

/// Collects every fault before failing, so that one run names all.
fn no_faults(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_type_is_found_by_its_name() {
    let catalog = Catalog::builtin();
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/catalog/types")).expect("readable");
    let names: BTreeSet<String> = files
        .map(|file| file.expect("readable").file_name().to_string_lossy().into_owned())
        .filter_map(|file| file.strip_suffix(".toml").map(str::to_owned))
        .collect();
    assert!(catalog.type_names().eq(&names), "{names:?}");
    for name in catalog.type_names() {
        assert_eq!(catalog.get(name).map(|resource_type| &*resource_type.name), Some(name));
    }
    assert!(catalog.get("google_nothing").is_none());
}

#[test]
fn every_row_has_a_parent_that_is_a_block_and_names_a_known_source() {
    let mut faults = Vec::new();
    for (resource_type, row) in rows() {
        let name = format!("{}.{}", resource_type.name, row.path);
        if !resource_type.sources.contains_key(&row.source) {
            faults.push(format!("{name}: source `{}` is not explained", row.source));
        }
        if row.parent().is_empty() {
            continue;
        }
        match resource_type.row(row.parent()) {
            None => faults.push(format!("{name}: no parent row")),
            Some(parent) if !matches!(parent.kind, Kind::Block(_)) => {
                faults.push(format!("{name}: parent is no block"));
            }
            Some(_) => {}
        }
    }
    no_faults(faults);
}

#[test]
fn removed_arguments_are_no_rows_and_name_a_known_source() {
    let mut faults = Vec::new();
    for resource_type in Catalog::builtin().types() {
        for (path, removed) in &resource_type.removed {
            let name = format!("{}.{path}", resource_type.name);
            if resource_type.row(path).is_some() {
                faults.push(format!("{name}: removed, and a row"));
            }
            if !resource_type.sources.contains_key(&removed.source) {
                faults.push(format!("{name}: source `{}` is not explained", removed.source));
            }
        }
    }
    no_faults(faults);
}

#[test]
fn every_compared_row_is_read_from_somewhere() {
    let mut faults = Vec::new();
    for (resource_type, row) in rows() {
        let is_read = row.api.is_some() || row.converter.is_some();
        if row.treatment == Treatment::Compared && !is_read && !matches!(row.kind, Kind::Block(_)) {
            faults.push(format!("{}.{}: neither member nor converter", resource_type.name, row.path));
        }
    }
    no_faults(faults);
}

#[test]
fn what_is_below_a_sensitive_row_is_sensitive() {
    let instance = Catalog::builtin().get("google_sql_database_instance").expect("in the catalog");
    for path in ["replica_configuration.client_key", "server_ca_cert.cert", "root_password", "root_password_wo"] {
        assert!(instance.row(path).is_some_and(|row| row.is_sensitive), "{path}");
    }
    for (resource_type, row) in rows() {
        let is_parent_sensitive = resource_type.row(row.parent()).is_some_and(|parent| parent.is_sensitive);
        assert!(row.is_sensitive || !is_parent_sensitive, "{}.{}", resource_type.name, row.path);
    }
}

#[test]
fn forms_fit_kinds() {
    let mut faults = Vec::new();
    for (resource_type, row) in rows() {
        let fits = match row.form {
            Form::Exact => true,
            Form::Labels => row.kind == Kind::Map,
            Form::Quantity => matches!(row.kind, Kind::Map | Kind::String),
            _ => matches!(row.kind, Kind::String | Kind::ScalarList | Kind::ScalarSet),
        };
        if !fits {
            faults.push(format!("{}.{}: form {:?} on {:?}", resource_type.name, row.path, row.form, row.kind));
        }
    }
    no_faults(faults);
}

#[test]
fn keys_name_a_row_below_a_repeated_block() {
    let mut faults = Vec::new();
    for (resource_type, row) in rows() {
        let Some(key) = &row.key else { continue };
        let name = format!("{}.{}", resource_type.name, row.path);
        if !matches!(row.kind, Kind::Block(Nesting::List | Nesting::Set)) {
            faults.push(format!("{name}: a key on what does not repeat"));
        }
        match resource_type.row(&format!("{}.{key}", row.path)) {
            // A whole number has one spelling, as a text has.
            Some(member) if matches!(member.kind, Kind::String | Kind::Integer) => {}
            other => faults.push(format!("{name}: key `{key}` is {:?}", other.map(|row| row.kind))),
        }
    }
    no_faults(faults);
}

#[test]
fn values_have_their_rows_type() {
    let mut faults = Vec::new();
    for (resource_type, row) in rows() {
        for value in [&row.default, &row.when_absent].into_iter().flatten() {
            let fits = match row.kind {
                Kind::String => value.as_str().is_some(),
                Kind::Integer => value.as_i64().is_some(),
                Kind::Float => matches!(value, Value::Number(_)),
                Kind::Boolean => value.as_bool().is_some(),
                Kind::ScalarList | Kind::ScalarSet => value.as_elements().is_some(),
                Kind::Map => value.as_map().is_some(),
                Kind::Block(_) => false,
            };
            if !fits {
                faults.push(format!("{}.{}: {value:?} in {:?}", resource_type.name, row.path, row.kind));
            }
        }
    }
    no_faults(faults);
}

#[test]
fn visibility_always_has_a_reason() {
    for (resource_type, row) in rows() {
        for (_, reason) in [&row.facts.visibility.set, &row.facts.visibility.unset] {
            let is_fragment =
                reason.chars().next().is_some_and(|first| !first.is_uppercase()) && !reason.ends_with('.');
            assert!(is_fragment, "{}.{}: reason {reason:?}", resource_type.name, row.path);
        }
        assert_eq!(row.facts.row, row.path);
        assert_eq!(row.facts.replacement, row.replacement);
        assert_eq!(row.facts.is_compared, row.treatment == Treatment::Compared);
    }
}

#[test]
fn treatment_agrees_with_mode() {
    let mut faults = Vec::new();
    for (resource_type, row) in rows() {
        let fits = match row.treatment {
            Treatment::Compared => {
                !matches!(row.mode, Mode::ClientOnly | Mode::WriteOnly)
                    && (row.mode != Mode::Computed || matches!(row.kind, Kind::Block(_)))
            }
            Treatment::Health => row.mode == Mode::Computed,
            Treatment::WriteOnly => row.is_sensitive,
            _ => true,
        };
        if !fits {
            faults.push(format!("{}.{}: {:?} on {:?}", resource_type.name, row.path, row.treatment, row.mode));
        }
    }
    no_faults(faults);
}

#[test]
fn only_what_has_an_order_is_lowered() {
    for (resource_type, row) in rows() {
        if row.replacement == Replacement::WhenLowered {
            let name = format!("{}.{}", resource_type.name, row.path);
            let has_order = matches!(row.kind, Kind::Integer | Kind::Float) || row.form == Form::Cidr;
            assert!(has_order || row.path == "redis_version", "{name}");
        }
    }
}

#[test]
fn rows_that_point_at_rows_point_at_ones_that_exist() {
    for (resource_type, row) in rows() {
        let name = format!("{}.{}", resource_type.name, row.path);
        let other = |path: &str| resource_type.row(path).unwrap_or_else(|| panic!("{name}: no row `{path}`"));
        match &row.facts.exception {
            Some(Exception::GrowsWith(path)) => {
                assert_eq!((other(path).kind, row.kind), (Kind::Boolean, Kind::Integer), "{name}");
            }
            Some(Exception::SameAs(path)) => {
                assert_eq!(other(path).kind, row.kind, "{name}");
                assert_eq!(other(path).facts.exception, None, "{name}: a chain");
            }
            Some(Exception::UnsetEquals(value)) => {
                assert_eq!((row.mode, row.default.as_ref()), (Mode::Optional, None), "{name}");
                assert_ne!(*value, Value::Null, "{name}");
            }
            Some(Exception::MovesBy(period)) => {
                let period = other(&format!("{}.{period}", row.parent()));
                assert_eq!((row.form, period.form), (Form::Timestamp, Form::Duration), "{name}");
            }
            None => {}
        }
        if row.is_by_key {
            assert!(row.key.is_some(), "{name}: elements by no key");
        }
        if let Some((sibling, _)) = &row.only_with {
            let parent = row.path.strip_suffix(row.name()).expect("the path ends in the name");
            other(&format!("{parent}{sibling}"));
        }
        assert!(!row.is_list || row.kind == Kind::ScalarSet, "{name}: only a set of scalars can be a list");
        if row.present_when.is_some() {
            assert!(matches!(row.kind, Kind::Block(_)), "{name}");
        }
        if !row.server_keys.is_empty() || !row.volatile_keys.is_empty() {
            assert_eq!(row.kind, Kind::Map, "{name}");
        }
        if !row.server_chosen.is_empty() {
            assert_eq!(row.mode, Mode::OptionalComputed, "{name}: only a server that may choose can be left to");
        }
    }
}

#[test]
fn asset_types_belong_to_one_object() {
    let catalog = Catalog::builtin();
    let mut owners: BTreeMap<&str, Vec<&ResourceType>> = BTreeMap::new();
    for resource_type in catalog.types() {
        assert!(resource_type.asset_types.iter().all(|name| name.contains('/')), "{}", resource_type.name);
        owners.entry(resource_type.asset_type()).or_default().push(resource_type);
    }
    for (asset_type, owners) in &owners {
        let primary: Vec<_> = owners.iter().filter(|owner| owner.same_object_as.is_none()).collect();
        assert_eq!(primary.len(), 1, "{asset_type}");
        let others = owners.iter().filter_map(|owner| owner.same_object_as.as_deref());
        assert!(others.into_iter().all(|other| other == &*primary[0].name), "{asset_type}");
        let found: Vec<_> = catalog.of_asset_type(asset_type).map(|found| &*found.name).collect();
        assert_eq!(found, owners.iter().map(|owner| &*owner.name).collect::<Vec<_>>());
    }
    // A further spelling may be the first one of another type only where names tell the two apart.
    for resource_type in catalog.types() {
        for other in resource_type.asset_types.iter().skip(1).filter_map(|name| owners.get(name.as_str())).flatten() {
            assert_ne!(resource_type.identity, other.identity, "{} and {}", resource_type.name, other.name);
        }
    }
}

#[test]
fn names_in_templates_are_identity_rows() {
    let mut faults = Vec::new();
    for resource_type in Catalog::builtin().types() {
        let ids = resource_type.state_ids.iter().chain(&resource_type.import_ids);
        let identity: BTreeSet<_> = resource_type.identity.names().collect();
        for name in identity.iter().copied().chain(ids.flat_map(|id| id.names())) {
            match resource_type.row(name) {
                Some(row) if row.treatment == Treatment::Identity => {}
                other => faults.push(format!("{}: {{{name}}} is {:?}", resource_type.name, other.map(|r| r.treatment))),
            }
        }
        for (resource_type, row) in rows().filter(|(owner, _)| owner.name == resource_type.name) {
            if row.treatment == Treatment::Identity && !identity.contains(row.path.as_str()) {
                faults.push(format!("{}.{}: identity, but not in the template", resource_type.name, row.path));
            }
        }
        for name in resource_type.identity_when_empty.keys().chain(resource_type.identity_from.keys()) {
            assert!(identity.contains(name.as_str()), "{}: {name}", resource_type.name);
        }
        for name in resource_type.identity_from.values().flat_map(|source| source.names()) {
            assert!(resource_type.row(name).is_some(), "{}: {name}", resource_type.name);
        }
    }
    no_faults(faults);
}

#[test]
fn parents_of_lists_and_bodies_are_types_of_the_catalog() {
    for resource_type in Catalog::builtin().types() {
        let name = &resource_type.name;
        assert_eq!(
            resource_type.lists.is_empty(),
            resource_type.nested.is_some(),
            "{name}: listed, or read with another"
        );
        assert!(resource_type.viewer_role.starts_with("roles/"), "{name}");
        if let Some(read) = &resource_type.read {
            assert!(read.permission.contains('.'), "{name}");
            let known: BTreeSet<_> = resource_type.identity.names().collect();
            assert!(read.path.names().all(|placeholder| known.contains(placeholder)), "{name}: {}", read.path);
        }
        for list in &resource_type.lists {
            assert!(list.permission.contains('.'), "{}", resource_type.name);
            if let Some(parent) = &list.parent {
                assert!(Catalog::builtin().get(&parent.resource_type).is_some());
                assert!(resource_type.row(&parent.attribute).is_some());
            }
        }
        if let Some(nested) = &resource_type.nested {
            assert!(Catalog::builtin().get(&nested.resource_type).is_some());
            assert!(resource_type.row(&nested.attribute).is_some());
        }
        assert!(
            resource_type.reported_when.is_empty() || resource_type.same_object_as.is_some(),
            "{}: objects of no other type are reported under it anyway",
            resource_type.name
        );
        if let Some(other) = &resource_type.same_object_as {
            assert!(Catalog::builtin().get(other).is_some());
        }
    }
}

#[test]
fn a_certificate_is_reported_under_the_type_that_can_make_it() {
    let managed = Catalog::builtin().get("google_compute_managed_ssl_certificate").expect("in the catalog");
    let is_reported =
        |kind: Option<&str>| managed.is_reported(|name| kind.filter(|_| name == "type").map(str::to_owned));
    assert!(is_reported(Some("MANAGED")));
    assert!(!is_reported(Some("SELF_MANAGED")));
    assert!(!is_reported(None), "answers of old leave the type out");
    let uploaded = Catalog::builtin().get("google_compute_ssl_certificate").expect("in the catalog");
    assert!(!uploaded.is_reported(|_| Some("SELF_MANAGED".to_owned())), "it need not ask");
}

#[test]
fn facts_only_types_compare_nothing_and_still_know_their_arguments() {
    let catalog = Catalog::builtin();
    for resource_type in catalog.types().filter(|resource_type| resource_type.is_facts_only) {
        assert!(resource_type.rows().iter().all(|row| !row.facts.is_compared), "{}", resource_type.name);
        assert!(catalog.knows(&resource_type.name));
    }
    assert!(catalog.argument("google_compute_router_nat", &["icmp_idle_timeout_sec"]).is_some());
}

#[test]
fn arguments_say_how_they_are_written() {
    let catalog = Catalog::builtin();
    let settings = catalog.argument("google_sql_database_instance", &["settings"]).expect("a block");
    assert_eq!(settings.block, Some(Nesting::Single));
    let flags = catalog.argument("google_sql_database_instance", &["settings", "database_flags"]).expect("a block");
    assert_eq!((flags.block, flags.value_type), (Some(Nesting::Set), ValueType::Object));
    let addresses = catalog.argument("google_sql_database_instance", &["ip_address"]).expect("an attribute");
    assert_eq!((addresses.block, addresses.is_computed, addresses.is_optional), (None, true, false));
    let connector = catalog.names("google_vpc_access_connector", &["subnet"]);
    assert_eq!(connector, ["name", "project_id"]);
    assert!(catalog.argument("google_vpc_access_connector", &["timeouts", "create"]).is_some());
    assert!(catalog.argument("google_vpc_access_connector", &["egress"]).is_none());
    assert!(!catalog.knows("random_password"));
}

#[test]
fn an_import_id_follows_from_the_name_of_the_object() {
    let id = |name: &str, path: &str| Catalog::builtin().get(name).and_then(|found| found.import_id(path));
    for (name, path, expected) in [
        ("google_sql_user", "projects/p/instances/i/users/u/-", "p/i/u"),
        ("google_sql_user", "projects/p/instances/i/users/u/%", "p/i/%/u"),
        ("google_sql_database_instance", "projects/p/instances/i", "projects/p/instances/i"),
        ("google_cloud_run_service", "projects/p/locations/l/services/s", "locations/l/namespaces/p/services/s"),
        (
            "google_service_networking_connection",
            "projects/p/global/networks/n/connections/s.googleapis.com",
            "projects/p/global/networks/n:s.googleapis.com",
        ),
        ("google_compute_router_nat", "projects/p/regions/r/routers/a/nats/b", "projects/p/regions/r/routers/a/b"),
        ("google_compute_network_peering", "projects/p/global/networks/n/peerings/a", "p/n/a"),
    ] {
        assert_eq!(id(name, path).as_deref(), Some(expected), "{name}");
    }
    assert_eq!(id("google_redis_instance", "projects/p/instances/i"), None, "a path of another type");
}

#[test]
fn googles_own_objects_are_told_apart() {
    let reason = |name: &str, members: &[(&str, &str)]| {
        let resource_type = Catalog::builtin().get(name).expect("in the catalog");
        let member =
            |wanted: &str| members.iter().find(|(member, _)| *member == wanted).map(|(_, text)| (*text).to_owned());
        resource_type.system_made_reason(member).is_some()
    };
    let default = ("network", "https://www.googleapis.com/compute/v1/projects/p/global/networks/default");
    assert!(reason("google_compute_firewall", &[("name", "aet-uscentral1-c-egrfw")]));
    assert!(reason("google_compute_firewall", &[("name", "default-allow-ssh"), default]));
    assert!(!reason("google_compute_firewall", &[("name", "default-allow-ssh")]), "on another network it is a rule");
    assert!(!reason("google_compute_firewall", &[("name", "allow-aet-1"), default]));
    assert!(reason("google_sql_user", &[("name", "postgres")]));
    assert!(!reason("google_sql_user", &[("name", "app")]));
    assert!(reason("google_sql_user", &[("name", "root"), ("host", "%")]));
    assert!(!reason("google_sql_user", &[("name", "root")]), "on PostgreSQL somebody made it");
}
