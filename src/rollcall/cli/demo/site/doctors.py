"""The visitors of the site. A real site takes them from its own database and its own sign-in."""

# login → User ID at Rollcall, name, speciality
DOCTORS = {
    "ivanova": ("doc-101", "Иванова Анна Сергеевна", "терапевт, Казань"),
    "petrov": ("doc-102", "Петров Михаил Андреевич", "кардиолог, Томск"),
    "safina": ("doc-103", "Сафина Лилия Маратовна", "эндокринолог, Уфа"),
}
