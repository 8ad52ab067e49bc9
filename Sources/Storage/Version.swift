/// The program's version: MAJOR.MINOR.PATCH, see CHANGELOG.md.
public let frontpropVersion = "0.1.0"
