provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


module "net" {
  source = "./net"
  count  = 2
  name   = "quay-${count.index}"
}

module "spare" {
  source = "./net"
  count  = 0
  name   = "spare"
}

module "solo" {
  source = "./net"
  count  = 1
  name   = "solo"
}

resource "google_compute_firewall" "each" {
  count         = length(module.net)
  name          = "allow-${module.net[count.index].name}"
  network       = module.net[count.index].id
  source_ranges = ["10.${count.index}.0.0/16"]
  description   = join(",", module.net[*].name)
  allow {
    protocol = "icmp"
  }
}

resource "google_compute_firewall" "solo" {
  name               = one(module.solo[*].name)
  network            = one(module.spare[*].id) == null ? one(module.solo[*].id) : one(module.spare[*].id)
  source_tags        = flatten([module.net[*].tags, module.solo[*].tags])
  destination_ranges = try(module.spare[0].ranges, ["10.9.0.0/16"])
  allow {
    protocol = "tcp"
    ports    = [for index, name in module.net[*].name : tostring(8000 + index)]
  }
}
