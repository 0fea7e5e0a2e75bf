namespace Pipeline.Tests.Support.Spool;

/// <summary>Three header files that a 4.92 binary loaded and wrote back unchanged.</summary>
public static class SpoolSamples
{
    /// <summary>First arrival by SMTP: ACL variables, one with a line end in it, verdicts, DSN data, a rewritten From, a quoted recipient.</summary>
    public const string FirstArrival = """
        1xV0aA-0001ab-Cd-H
        exim 999 995
        <alice@sender.example>
        1795326488 0
        -received_time_usec .950133
        -helo_name client.example
        -host_address 192.0.2.10.45908
        -host_name mail.client.example
        -interface_address 198.51.100.5.25
        -received_protocol esmtp
        -aclc 0 3
        abc
        -aclm _note 11
        line1
        line2
        -body_linecount 3
        -max_received_linelength 34
        -deliver_firsttime
        -bmi_verdicts AAAAdmVyZGljdDE=:AAAAdmVyZGljdDI=
        -dsn_envid QQ314
        -dsn_ret 2
        XX
        3
        spam1@test.example rfc822;spam1@test.example 25,12  0,-1#3
        alt1@test.example  0,2  0,-1#3
        "odd user"@test.example

        207P Received: from mail.client.example ([192.0.2.10] helo=client.example)
        	by mx.test.example with esmtp (Exim 4.92)
        	(envelope-from <alice@sender.example>)
        	id 1xV0aA-0001ab-Cd; Sun, 22 Nov 2026 05:48:08 +0000
        020* From: Alice <alice>
        035F From: Alice <alice@sender.example>
        019T To: x@test.example
        022  Subject: hello
         world
        012  X-Long: abc

        """;

    /// <summary>Deferred and frozen, from IPv6: one warning sent, four done keys, a one_time child with an errors address, an ORCPT.</summary>
    public const string Frozen = """
        1xV0bB-0001ab-0Z-H
        exim 999 995
        <list-owner@test.example>
        1795326551 1
        -received_time_usec .000042
        -helo_name [2001:db8::7]
        -host_address 2001:db8::7.50123
        -interface_address 2001:db8::1.25
        -received_protocol esmtps
        -body_linecount 1
        -max_received_linelength 11
        -frozen 1795330151
        -host_lookup_failed
        YY list@test.example
        NN d@remote.example
        NY m@remote.example
        NN z@remote.example
        3
        list@test.example
        late@remote.example  0,0 list-owner@test.example 23,0#3
        plain@remote.example rfc822;a+2Bb@remote.example 27,8  0,-1#3

        115P Received: from [2001:db8::7]
        	by mx.test.example with esmtps
        	id 1xV0bB-0001ab-0Z; Sun, 22 Nov 2026 05:49:11 +0000
        033I Message-Id: <abc@sender.example>
        038  Date: Sun, 22 Nov 2026 05:49:11 +0000

        """;

    /// <summary>Local submission by a user whose login has a blank, body in wire form, thawed by hand.</summary>
    public const string LocalSubmission = """
        1xV0cC-0001ab-4K-H
        joe user 1000 1000
        <joe@test.example>
        1795326600 0
        -received_time_usec .500000
        -ident joe user
        -received_protocol local
        -spool_file_wireformat
        -max_received_linelength 20
        -auth_id joe
        -auth_sender joe@test.example
        -allow_unqualified_recipient
        -allow_unqualified_sender
        -deliver_firsttime
        -local
        -manual_thaw
        -sender_set_untrusted
        XX
        1
        bob@remote.example

        139P Received: from joe by mx.test.example with local (Exim 4.92)
        	id 1xV0cC-0001ab-4K
        	for bob@remote.example; Sun, 22 Nov 2026 05:50:00 +0000
        023F From: joe@test.example

        """;
}
