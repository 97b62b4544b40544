provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


module "subnets" {
  source  = "./factory"
  folder  = "${path.root}/data/subnets"
  network = "quay"
  defaults = {
    region         = "europe-north1"
    private_access = true
  }
}
