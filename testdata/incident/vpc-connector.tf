locals {
  connector_labels = {
    environment = var.environment
    component   = "vpc-connector"
  }
}

resource "google_vpc_access_connector" "staging_connector" {
  name    = "${var.environment}-connector"
  region  = var.region
  network = google_compute_network.vpc.name

  ip_cidr_range = var.connector_cidr

  # "Emergency capacity": doubled, and doubled again.
  min_instances  = 12
  max_instances  = 120
  min_throughput = 600
  max_throughput = 2400
  machine_type   = "e2-standard-8"

  labels = local.connector_labels
}

# The services are deployed by a script, not from here. It should pass
#   --vpc-connector=staging-connector --vpc-egress=all-traffic
