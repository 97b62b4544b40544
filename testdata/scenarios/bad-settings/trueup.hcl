live {
  project = ["acme-test"]
}

severity "no-such-policy" {
  level = "loud"
}

watch "x" {}
