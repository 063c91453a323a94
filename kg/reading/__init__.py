"""What several formats read alike: names, dates, addresses, references, abstract sections."""
