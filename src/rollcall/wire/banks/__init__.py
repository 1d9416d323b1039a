"""Question banks of other programs, read into our questions and written from them: Moodle GIFT and Moodle XML.

What a format knows and we do not is refused question by question, or noted where the question keeps its meaning.
"""
