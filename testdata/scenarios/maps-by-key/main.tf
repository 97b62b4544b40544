provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


locals {
  sizes    = { small = 1, large = 8 }
  tiers    = { large = "STANDARD_HA" }
  common   = { team = "harbor", cost = "shared" }
  by_cache = { large = { cost = "own", data = "hot" } }
  regions  = { large = ["us-east4", "us-east4-a"] }
}

resource "google_redis_instance" "cache" {
  for_each       = local.sizes
  name           = each.key
  memory_size_gb = local.sizes[each.key]
  tier           = lookup(local.tiers, each.key, "BASIC")
  region         = element(lookup(local.regions, each.key, ["europe-north1"]), 0)
  location_id    = try(local.regions[each.key][1], null)
  labels         = merge(local.common, lookup(local.by_cache, each.key, {}), { (each.key) = "yes" })
  display_name   = title(replace("${each.key}_cache", "/[_-]/", " "))
}
