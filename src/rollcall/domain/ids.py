"""Names of things: one `NewType` per kind of identifier, so that none is passed for another.

`…No` is a row number inside this installation (never shown); the others are what outside programs see:
codes of 8 letters or digits (case-sensitive), and the organiser's own User ID of 1-200 characters.
"""

from typing import NewType

ProjectNo = NewType("ProjectNo", int)
EventNo = NewType("EventNo", int)
MediaNo = NewType("MediaNo", int)
ListNo = NewType("ListNo", int)
SessionNo = NewType("SessionNo", int)
CheckNo = NewType("CheckNo", int)
PlayNo = NewType("PlayNo", int)
QuizNo = NewType("QuizNo", int)
PollNo = NewType("PollNo", int)

ProjectCode = NewType("ProjectCode", str)
EventCode = NewType("EventCode", str)
MediaCode = NewType("MediaCode", str)
ListCode = NewType("ListCode", str)
SessionId = NewType("SessionId", str)
CheckId = NewType("CheckId", str)
QuizId = NewType("QuizId", str)
PollId = NewType("PollId", str)
MaterialId = NewType("MaterialId", str)
QuestionId = NewType("QuestionId", str)
AttemptId = NewType("AttemptId", str)
UserId = NewType("UserId", str)
PlayId = NewType("PlayId", str)

CODE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
CODE_LENGTH = 8
PLAY_ID_LENGTH = 12
