"""The comparison must be able to fail: one right account, and one wrong one for each thing that can go wrong."""

import unittest

import account
import mail
from account import Stored
from client import Sent

MESSAGE = mail.Message(0, ("box00", mail.ALIAS), 1024, 1)
ID = "1abcde-00000000001-0001"


def events(*kinds: tuple[str, dict]) -> list[dict]:
    return [{"s": number, "k": kind, "e": fields} for number, (kind, fields) in enumerate(kinds)]


RIGHT_JOURNAL = events(
    ("rcpt", {"r": 0}), ("rcpt", {"r": 1}), ("accepted", {}), ("redirected", {"r": 1, "children": [{"index": 2}, {"index": 3}]}),
    ("delivered", {"r": 0}), ("delivered", {"r": 2}), ("delivered", {"r": 3}), ("done", {}))


class AccountTests(unittest.TestCase):
    def setUp(self):
        self.sent = Sent(acknowledged={ID: MESSAGE})
        self.stored = [Stored(mailbox, ID, MESSAGE.message_id, True) for mailbox in sorted(MESSAGE.mailboxes)]
        self.journal = {ID: RIGHT_JOURNAL}
        self.queued = []
        self.orphans = 0

    def differences(self) -> list[str]:
        return account.compare(self.sent, [MESSAGE], self.stored, self.journal, self.queued, self.orphans).differences

    def test_a_right_account_has_no_difference(self):
        self.assertEqual([], self.differences())

    def test_a_lost_file_is_a_difference(self):
        self.stored.pop()
        self.assertTrue(self.differences())

    def test_a_second_copy_is_a_difference(self):
        self.stored.append(self.stored[0])
        self.assertTrue(self.differences())

    def test_a_file_in_another_mailbox_is_a_difference(self):
        self.stored.append(Stored("box09", ID, MESSAGE.message_id, True))
        self.assertTrue(self.differences())

    def test_a_file_that_is_not_whole_is_a_difference(self):
        self.stored[0] = Stored(self.stored[0].mailbox, ID, MESSAGE.message_id, False)
        self.assertTrue(self.differences())

    def test_a_250_that_the_journal_does_not_know_is_a_difference(self):
        self.journal = {}
        self.assertTrue(self.differences())

    def test_a_journal_with_a_gap_is_a_difference(self):
        self.journal = {ID: RIGHT_JOURNAL[:4] + RIGHT_JOURNAL[5:]}
        self.assertTrue(self.differences())

    def test_a_recipient_without_an_end_is_a_difference(self):
        self.journal = {ID: events(*[(e["k"], e["e"]) for e in RIGHT_JOURNAL if e["e"] != {"r": 3}])}
        self.assertTrue(self.differences())

    def test_a_recipient_that_ended_twice_is_a_difference(self):
        self.journal = {ID: events(*[(e["k"], e["e"]) for e in [*RIGHT_JOURNAL[:-1], RIGHT_JOURNAL[4], RIGHT_JOURNAL[-1]]])}
        self.assertTrue(self.differences())

    def test_a_body_file_left_over_is_a_difference(self):
        self.orphans = 1
        self.assertTrue(self.differences())

    def test_a_message_in_the_queue_is_a_difference(self):
        self.queued = [{"id": ID, "recipients": [{"status": "queued"}]}]
        self.assertTrue(self.differences())

    def test_a_repeat_is_right_only_as_often_as_a_reply_was_lost(self):
        other = "1abcde-00000000002-0002"
        self.stored += [Stored(file.mailbox, other, file.message_id, True) for file in self.stored]
        self.journal[other] = RIGHT_JOURNAL
        self.assertTrue(self.differences())
        self.sent.in_doubt[MESSAGE.number] = 1
        self.assertEqual([], self.differences())


if __name__ == "__main__":
    unittest.main()
