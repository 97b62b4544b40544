provider "google" {
  project = "pearl-lab"
  region  = "europe-north1"
}


locals {
  piers = { north = 3, south = 12 }
}

resource "google_compute_network" "file" {
  name = "file"
  description = templatefile("${path.module}/piers.tftpl", {
    piers = local.piers
    title = "Piers"
  })
}

resource "google_compute_network" "heredoc" {
  name        = "heredoc"
  description = <<-TEXT
    # ${upper("piers")}
      %{~ for name, berths in local.piers }
    ${name}: ${berths}%{ if berths > 10 } (large)%{ endif }
      %{~ endfor }
    $${kept} and %%{kept}
  TEXT
}

resource "google_compute_network" "json" {
  name        = "json"
  description = jsonencode({ piers = local.piers, "odd key" = [true, null, 1.50, "<&>"] })
}

resource "google_compute_network" "format" {
  name        = format("%s-%03d", "net", local.piers.north)
  description = formatdate("YYYY-MM-DD", "2031-05-06T07:08:09Z")
}
