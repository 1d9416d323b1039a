"""What columns and sheets are called for people: Russian titles of the statistics' fields, and words for their values.

Programs read JSON, XML and CSV, whose names are the contract's; a spreadsheet is read by people. A field without a
title keeps its name, which a test refuses.
"""

from typing import Final

SUMMARY, SESSIONS, CHECKS = "Сводка", "Сессии", "Контроли"
PARTICIPANTS, CHECK_LOG = "Участники", "Журнал контролей"
QUIZZES, QUIZ_RESULTS = "Тесты", "Результаты тестов"
POLLS, VOTES = "Опросы", "Голоса в опросах"
RUNNING = "ещё проходит"  # in place of whether an attempt was passed

TITLES: Final = {
    "anonymous": "Анонимный",
    "answer": "Ответ",
    "attempts": "Попыток",
    "attempts_allowed": "Попыток, не более",
    "behind_counts": "Отставание от эфира засчитывается",
    "behind_from_ms": "Отставанием считается от",
    "behind_ms": "С отставанием от эфира",
    "check_id": "Контроль",
    "checks": "Контролей",
    "checks_confirmed": "подтверждено",
    "checks_missed": "пропущено",
    "choice": "Вариант ответа",
    "choice_votes": "Выбрали",
    "chosen": "Выбрано",
    "closed_at": "Закрыт",
    "code": "Код",
    "confirmed": "Подтвердили",
    "confirmed_at": "Подтверждено",
    "correct": "Ответ верный",
    "duration_ms": "Продолжительность",
    "ended_at": "Попытка окончена",
    "ends_at": "Конец",
    "event": "Мероприятие",
    "first_seen_at": "Первый вход",
    "flags": "Отметки для проверки",
    "from_ms": "С позиции",
    "gap_ms": "Восстанавливается за один перерыв связи, не более",
    "generated_at": "Отчёт составлен",
    "hidden_counts": "Скрытая вкладка засчитывается",
    "hidden_ms": "В скрытой вкладке",
    "id": "Код",
    "identity": "Вход",
    "ip": "IP-адреса",
    "issued_at": "Задан",
    "join_users_by": "Участник объединяет User ID",
    "kind": "Вид",
    "last_issued_at": "Задан последнему",
    "last_seen_at": "Последняя связь",
    "late": "Ответ пришёл позже",
    "late_percent": "Восстанавливается от длительности сессий, не более, %",
    "lifetime_s": "Время на ответ, с",
    "max_choices": "Вариантов в одном голосе, не более",
    "max_points": "Баллов, не более",
    "media": "Трансляция",
    "missed": "Пропустили",
    "muted_ms": "Без звука",
    "name": "Имя",
    "not_present": "Не смотрели",
    "opened_at": "Открыт",
    "ordinal": "Номер",
    "origin": "Откуда",
    "outcome": "Итог",
    "overlap_ms": "В нескольких плеерах сразу",
    "participants": "Участников",
    "participants_passed": "Сдали",
    "participants_pending": "Ждут проверки",
    "pass_percent": "Порог сдачи, %",
    "passed": "Сдан",
    "paused_ms": "На паузе",
    "percent": "Баллов, %",
    "points": "Баллов",
    "poll_id": "Код опроса",
    "polls": "Опросов",
    "presence_policy": "Пропуск контроля",
    "present_before_ms": "Присутствие до контроля",
    "question": "Вопрос",
    "quiz_id": "Код теста",
    "quizzes": "Тестов",
    "recovered_ms": "Восстановлено",
    "removed_at": "Доступ закрыт",
    "session_id": "Сессия",
    "sessions": "Сессий",
    "shown_at": "Показан",
    "sound": "Со звуком",
    "stalled_ms": "Картинка стояла",
    "starts_at": "Начало",
    "step_ms": "Расхождение хода записи со временем, не более",
    "step_percent": "и от длительности, %",
    "timezone": "Часовой пояс",
    "title": "Название",
    "to_ms": "До позиции",
    "undelivered": "Не доставлен",
    "unshown": "Не показан плеером",
    "unshown_prompts": "Скрытых контролей до недоверия",
    "unverified_ms": "Не подтверждено, не засчитано",
    "user_agent": "Браузеры",
    "user_id": "User ID",
    "user_ids": "Все User ID участника",
    "voided_ms": "Снято из-за пропуска контроля",
    "voted_at": "Голос отдан",
    "votes": "Проголосовали",
    "votes_counted": "Из них учтено в вариантах",
    "watched_ms": "Просмотрено",
    "watched_plain_ms": "из них без подписи",
}

WORDS: Final = {
    "identity": {"signed": "по подписи", "plain": "по User ID"},
    "join_users_by": {
        "id_without_code": "без кода трансляции в конце",
        "email": "с одной электронной почтой",
    },
    "kind": {"live": "трансляция", "recording": "запись", "scheduled": "запись по расписанию"},
    "origin": {"manual": "вручную", "plan": "по плану"},
    "outcome": {
        "confirmed": "подтверждён",
        "missed": "пропущен",
        "undelivered": "не доставлен",
        "not_present": "не смотрел",
        "cancelled": "отменён",
        "excused": "снят",
        "pending": "ещё идёт",
    },
    "presence_policy": {
        "record": "только записывается",
        "stop_until_confirmed": "время не идёт до подтверждения",
        "void_since_last_confirmed": "снимается время с прошлого подтверждения",
    },
}


def title(name: str) -> str:
    """Return what a field is called."""
    return TITLES.get(name, name)


def word(name: str, value: str) -> str:
    """Return how a value of a field is said."""
    return WORDS.get(name, {}).get(value, value)
