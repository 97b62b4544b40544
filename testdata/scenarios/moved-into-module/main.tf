provider "google" {
  project = "acme-test"
  region  = "europe-west1"
}

resource "google_compute_network" "main" {
  name                    = "main"
  auto_create_subnetworks = false
}

module "connector" {
  source   = "./connector"
  for_each = toset(["run"])

  network = google_compute_network.main.name
  machine = "e2-micro"
}

moved {
  from = google_vpc_access_connector.old
  to   = google_vpc_access_connector.run
}

moved {
  from = google_vpc_access_connector.run
  to   = module.connector["run"].google_vpc_access_connector.this
}
