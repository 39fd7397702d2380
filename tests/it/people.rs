//! Address books, calendars and mail, in and out.

use crate::common::{Run, Sandbox, published};
use calcard::icalendar::{ICalendarComponentType, ICalendarProperty};
use calcard::{Entry, Parser};
use std::path::Path;

const SETTINGS: &str = "[ledger]\ntimezone = \"Asia/Shanghai\"\n\
    [[rep]]\nid = \"he\"\nname = \"何建国\"\nemail = \"He@us.example\"\n";

/// A ledger with a rep, and the files of `tests/data/people`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_settings(SETTINGS);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/people");
    for file in
        ["outlook.vcf", "phones.vcf", "gmail.vcf", "meetings.ics", "offer.eml", "inbox.mbox"]
    {
        sandbox.write(&format!("in/{file}"), std::fs::read(folder.join(file)).unwrap());
    }
    sandbox
}

/// The same with two prospects whose people are in the files.
fn with_people() -> Sandbox {
    let sandbox = sandbox();
    let opened = "2009-11-02-1-aaa = { kind = \"opened\", by = \"he\", owner = \"he\" }\n";
    sandbox.prospect(
        "li",
        "name = \"李娜\"\n[[contact]]\nname = \"李娜\"\nemail = \"lina@example.cn\"\n",
        opened,
    );
    sandbox.prospect(
        "keller",
        "name = \"Keller\"\n[[contact]]\nname = \"Anna\"\nemail = \"Anna@Keller.example\"\n",
        opened,
    );
    sandbox
}

#[track_caller]
fn said(run: Run) -> String {
    let (stdout, stderr) = run.done();
    assert_eq!(stdout, "");
    stderr
}

/// The entries of a prospect behind the first, without their keys.
fn entries(sandbox: &Sandbox, id: &str) -> Vec<String> {
    let text = sandbox.read(&format!("prospects/{id}.toml"));
    let lines = text.split("[events]\n").nth(1).unwrap().lines().skip(1);
    lines
        .map(|line| {
            line.split_once(" = ").map(|(key, entry)| format!("{} {entry}", &key[..10])).unwrap()
        })
        .collect()
}

#[test]
fn an_address_book_comes_in_and_again() {
    let sandbox = sandbox();
    assert_eq!(
        said(sandbox.crm("import in/outlook.vcf")),
        "1 key is not kept\n1 row: 1 prospect added, 1 entry written\n"
    );
    assert_eq!(
        said(sandbox.crm("import in/phones.vcf --date 2009-12-01")),
        "1 picture is not kept\n2 rows: 2 prospects added, 2 entries written\n"
    );
    assert_eq!(
        said(sandbox.crm("import in/gmail.vcf")),
        "1 birthday is no whole date, and kept in the note\n2 rows: 2 prospects added, 2 entries written\n"
    );
    let list = sandbox.crm("list -f csv -c name,company,phone,email,tags --sort name --raw").ok();
    for row in [
        "Dr. Anna Keller,\"Keller, Sons\",+49 30 1234,anna@keller.example,",
        "Acme Hotline,,0012,,",
        "Li Na,Example 有限公司,555 1111,lina@example.cn,",
        "Simon P,Viag,+1-418-656-9254;ext=102,simon@viag.example,",
        "张伟,,+86 139 0000 0000,,",
    ] {
        assert!(list.contains(row), "{row}\n{list}");
    }
    let simon = sandbox.read("prospects/4fbe8971-0bc3-424c-9c26-36c3e1eff6b1.toml");
    assert!(simon.contains("bday: --02-03\\ntel work cell video text: +1-418-262-6501"), "{simon}");
    // A day later, and of an older list, it is all there.
    let before = sandbox.snapshot();
    for line in [
        "import in/outlook.vcf --as-of 2009-12-30",
        "import in/phones.vcf",
        "import in/gmail.vcf --as-of 2009-12-30",
    ] {
        assert!(said(sandbox.crm(line)).contains(" 0 entries written; "), "{line}");
    }
    assert!(before == sandbox.snapshot());
    sandbox.crm("check --strict").done();
}

#[test]
#[ignore = "needs the published data: CRM_TEST_DATA, or ../shared/data"]
fn published_cards_come_in() {
    let folder = published("vcards");
    let sandbox = Sandbox::ledger();
    for (file, parts) in [
        ("John_Doe_BLACK_BERRY.vcf", ["1 picture is not kept", "1 prospect added"]),
        ("John_Doe_EVOLUTION.vcf", ["1 row", "1 prospect added"]),
        ("gmail-single.vcf", ["1 row", "1 prospect added"]),
        ("outlook-2003.vcf", ["1 key is not kept", "1 prospect added"]),
        ("rfc2426-example.vcf", ["2 rows", "2 prospects added"]),
        ("rfc6350-example.vcf", ["1 birthday is no whole date", "1 prospect added"]),
    ] {
        let text = said(sandbox.run(&["import", folder.join(file).to_str().unwrap()]));
        assert!(parts.iter().all(|part| text.contains(part)), "{file}: {text}");
    }
    let people = sandbox.crm("list -f csv -c name,company,phone,email --sort name --raw").ok();
    for row in [
        "John Doe,Acme Solutions,+96123456789,",
        "\"Mr. John Richter, James Doe Sr.\",IBM,905-666-1234,john.doe@ibm.com",
        "Greg Dartmouth,TheCompany,555 555 1111,gdartmouth@hotmail.com",
        "John Doe III,\"Company, The\",BusinessPhone,jdoe@hotmail.com",
        "Frank Dawson,Lotus Development Corporation,+1-919-676-9515,Frank_Dawson@Lotus.com",
        "Tim Howes,Netscape Communications Corp.,+1-415-937-3419,howes@netscape.com",
        "Simon Perreault,Viagenie,+1-418-656-9254;ext=102,simon.perreault@viagenie.ca",
    ] {
        assert!(people.contains(row), "{row}\n{people}");
    }
}

#[test]
fn meetings_find_their_prospects() {
    let sandbox = with_people();
    let text = said(sandbox.crm("import in/meetings.ics"));
    assert_eq!(
        text,
        "7 meetings or series are still to come, and left out\n\
         1 meeting is cancelled, and left out\n\
         1 row has only addresses that no prospect has; left out\n\
         4 rows: 0 prospects added, 4 entries written; 2 already there, with new entries\n"
    );
    let meeting = "kind = \"meeting\", by = \"he\", time = 14:00:00, note = \"Offer, second round (Their office)\" }";
    assert_eq!(entries(&sandbox, "keller"), [format!("2009-12-15 {{ {meeting}")]);
    assert_eq!(
        entries(&sandbox, "li"),
        [
            "2009-12-01 { kind = \"meeting\", time = 09:00:00, note = \"Weekly call\" }".to_owned(),
            "2009-12-15 { kind = \"meeting\", time = 09:00:00, note = \"Weekly call\" }".to_owned(),
            format!("2009-12-15 {{ {meeting}"),
        ]
    );
    // The calendar again, a week later, and with another title.
    let before = sandbox.snapshot();
    assert!(said(sandbox.crm("import in/meetings.ics")).contains(" 0 entries written"));
    let renamed = sandbox.read("in/meetings.ics").replace("second round", "third round");
    sandbox.write("in/meetings.ics", &renamed);
    assert!(said(sandbox.crm("import in/meetings.ics")).contains(" 0 entries written"));
    sandbox.write("in/meetings.ics", renamed.replace("third round", "second round"));
    assert!(before == sandbox.snapshot());
}

#[test]
fn messages_find_their_prospects() {
    let sandbox = with_people();
    assert_eq!(
        said(sandbox.crm("import in/offer.eml")),
        "1 row: 0 prospects added, 2 entries written; 2 already there, with new entries\n"
    );
    let sent = "2009-12-16 { kind = \"email\", by = \"he\", time = 10:00:00, note = \"he@us.example: 报价 December [offer.pdf]\" }";
    assert_eq!(entries(&sandbox, "li"), [sent]);
    assert_eq!(entries(&sandbox, "keller"), [sent]);
    assert_eq!(
        said(sandbox.crm("import in/inbox.mbox")),
        "1 message is there twice, and read once\n\
         1 row has only addresses that no prospect has; left out\n\
         2 rows: 0 prospects added, 1 entry written; 1 already there, with new entries\n"
    );
    let got = "2009-12-17 { kind = \"email\", by = \"he\", time = 09:00:00, note = \"lina@example.cn: Re: December\" }";
    assert_eq!(entries(&sandbox, "li"), [sent, got]);
    assert!(!sandbox.read("prospects/li.toml").contains("private"));
    // A folder of mail, with what is there already.
    let folder = Path::new("in");
    for file in ["outlook.vcf", "phones.vcf", "gmail.vcf", "meetings.ics"] {
        std::fs::remove_file(sandbox.path().join(folder).join(file)).unwrap();
    }
    let before = sandbox.snapshot();
    assert!(
        said(sandbox.crm("import in")).contains("3 rows: 0 prospects added, 0 entries written")
    );
    assert!(before == sandbox.snapshot());
}

#[test]
fn an_address_of_two_prospects_finds_neither() {
    let sandbox = with_people();
    sandbox.prospect(
        "other",
        "name = \"Other\"\n[[contact]]\nname = \"Li\"\nemail = \"LINA@example.cn\"\n",
        "2009-11-02 = { kind = \"opened\" }\n",
    );
    assert_eq!(
        said(sandbox.crm("import in/offer.eml")),
        "lina@example.cn is an address of li, other: it finds none of them\n\
         1 row: 0 prospects added, 1 entry written; 1 already there, with new entries\n"
    );
    assert_eq!(entries(&sandbox, "keller").len(), 1);
    assert_eq!(entries(&sandbox, "li").len(), 0);
}

#[test]
fn a_table_finds_prospects_too() {
    let sandbox = with_people();
    sandbox.write(
        "calls.csv",
        "who,day,note\nmailto:LINA@example.cn,2009-12-10,rang\n,2009-12-10,x\n",
    );
    assert_eq!(
        said(
            sandbox
                .crm("import calls.csv --map who=find --map day=date --map note=note --kind call")
        ),
        "1 row has only addresses that no prospect has; left out\n\
         2 rows: 0 prospects added, 1 entry written; 1 already there, with new entries\n"
    );
    assert_eq!(entries(&sandbox, "li"), ["2009-12-10 { kind = \"call\", note = \"rang\" }"]);
    let both = sandbox.crm("import calls.csv --map who=find --map note=id --map day=date").fails(2);
    assert!(both.contains("`find` and `id` both tell which prospect a row is of"), "{both}");
}

/// A ledger to export.
fn to_export(settings: &str) -> Sandbox {
    let sandbox = Sandbox::with_settings(settings);
    sandbox.prospect(
        "zhang",
        "name = \"张先生\"\ncompany = \"时装, 连锁; 店\"\ntags = [\"vip\"]\n\
         [[contact]]\nname = \"张先生\"\nphone = \"021\"\nemail = \"z@x.cn\"\nbirthday = 1972-02-29\n\
         [[contact]]\nname = \"Evil\\nEND:VCARD\\nX:y\"\nemail = \"Z@X.cn\"\n",
        "2009-12-01-1-aaa = { kind = \"opened\", owner = \"he\", by = \"he\" }\n\
         2009-12-04-1-bbb = { kind = \"meeting\", by = \"he\", stage = \"25\", next = 2009-12-21T14:00:00, \
         next_what = \"Proposal\", close_by = 2009-12-30 }\n",
    );
    sandbox.prospect(
        "lost",
        "name = \"Lost, Ltd\"\n",
        "2009-12-01-1-aaa = { kind = \"opened\", next = 2009-12-20 }\n\
         2009-12-02-1-bbb = { kind = \"moved\", stage = \"lost\", reason = \"no\" }\n",
    );
    sandbox
}

/// The events of a calendar: of each its lines but for BEGIN and END.
fn events(text: &str) -> Vec<Vec<String>> {
    let text = text.replace("\r\n ", "");
    let events = text.split("BEGIN:VEVENT\r\n").skip(1);
    events
        .map(|event| {
            event
                .split("\r\n")
                .take_while(|line| *line != "END:VEVENT")
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

#[test]
fn a_calendar_of_what_is_to_come() {
    let sandbox = to_export("[ledger]\ntimezone = \"Asia/Shanghai\"\n");
    let text = sandbox.crm("export calendar").ok();
    let about = "DESCRIPTION:zhang · he · 021";
    assert_eq!(
        events(&text),
        [
            vec![
                "UID:zhang.next@crm",
                "DTSTAMP:20091218T000000Z",
                "SEQUENCE:2",
                "DTSTART:20091221T060000Z",
                "SUMMARY:Proposal: 张先生 (时装\\, 连锁\\; 店)",
                about
            ],
            vec![
                "UID:zhang.close-by@crm",
                "DTSTAMP:20091218T000000Z",
                "SEQUENCE:2",
                "DTSTART;VALUE=DATE:20091230",
                "TRANSP:TRANSPARENT",
                "SUMMARY:Signing date: 张先生 (时装\\, 连锁\\; 店)",
                about
            ],
            vec![
                "UID:zhang.birthday.1@crm",
                "DTSTAMP:20091218T000000Z",
                "SEQUENCE:2",
                "DTSTART;VALUE=DATE:19720229",
                "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1",
                "TRANSP:TRANSPARENT",
                "SUMMARY:Birthday: 张先生 (时装\\, 连锁\\; 店)",
                about
            ],
        ]
    );
    // The parser of calendars reads it, and has the hour of the ledger.
    let Entry::ICalendar(calendar) = Parser::new(&text).entry() else { panic!("{text}") };
    let uids: Vec<&str> = calendar.uids().collect();
    assert_eq!(uids, ["zhang.next@crm", "zhang.close-by@crm", "zhang.birthday.1@crm"]);
    let parts = calendar.components.iter();
    let meetings = parts.filter(|part| part.component_type == ICalendarComponentType::VEvent);
    let titles: Vec<&str> = meetings
        .filter_map(|part| part.property(&ICalendarProperty::Summary)?.values.first()?.as_text())
        .collect();
    assert_eq!(titles[0], "Proposal: 张先生 (时装, 连锁; 店)");
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    assert_eq!(sandbox.crm("export calendar").ok(), text);
    // The step moves: the event is the same, and later.
    assert_eq!(sandbox.crm("log zhang call --by he --next 2009-12-23T09:30").status, 0);
    let moved = &events(&sandbox.crm("export calendar").ok())[0];
    assert_eq!(
        moved[..4],
        [
            "UID:zhang.next@crm",
            "DTSTAMP:20091218T000000Z",
            "SEQUENCE:3",
            "DTSTART:20091223T013000Z"
        ]
    );
    // Without a zone an hour is that of whoever looks.
    let floating = to_export("[ledger]\nlanguage = \"zh\"\n").crm("export calendar owner:he").ok();
    assert_eq!(events(&floating)[0][3], "DTSTART:20091221T140000");
    assert_eq!(events(&floating)[1][5], "SUMMARY:签约日：张先生 (时装\\, 连锁\\; 店)");
}

#[test]
fn cards_of_the_people() {
    let sandbox = to_export("");
    let text = sandbox.crm("export contacts zhang").ok();
    let expected = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID;VALUE=text:zhang@crm\r\nFN:张先生\r\nN:张先生;;;;\r\n\
        ORG:时装\\, 连锁\\; 店\r\nTEL:021\r\nEMAIL:z@x.cn\r\nBDAY:19720229\r\nCATEGORIES:vip\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nUID;VALUE=text:zhang.2@crm\r\nFN:Evil\\nEND:VCARD\\nX:y\r\n\
        N:Evil\\nEND:VCARD\\nX:y;;;;\r\nORG:时装\\, 连锁\\; 店\r\nEMAIL:Z@X.cn\r\nEND:VCARD\r\n";
    assert_eq!(text, expected);
    assert_eq!(sandbox.crm("export contacts zhang -o z.vcf").ok(), "");
    assert_eq!(sandbox.read("z.vcf"), text);
    let three = sandbox.crm("export contacts lost --vcard 3").ok();
    assert_eq!(
        three,
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:lost@crm\r\nFN:Lost\\, Ltd\r\nN:Lost\\, Ltd;;;;\r\nEND:VCARD\r\n"
    );
    // Into another ledger: the ids are those of this one, and what is exported there is what was.
    let other = Sandbox::ledger();
    other.write("z.vcf", &text);
    said(other.crm("import z.vcf"));
    assert_eq!(other.crm("list -f ids").ok(), "zhang\nzhang.2\n");
    let again = other.crm("export contacts").ok();
    assert_eq!(again, text.replace("Evil\\nEND:VCARD\\nX:y", "Evil END:VCARD X:y"));
}

#[test]
fn addresses_for_a_mail() {
    let sandbox = to_export("");
    let (stdout, stderr) = sandbox.crm("export mail").done();
    // One address, in capitals or not, once.
    assert_eq!((&*stdout, &*stderr), ("张先生 <z@x.cn>\n", "1 person has no e-mail address\n"));
    assert_eq!(sandbox.crm("export mail tag:vip -o to.txt").ok(), "");
    assert_eq!(sandbox.read("to.txt"), "张先生 <z@x.cn>\n");
}

#[test]
fn what_an_export_does_not_have_is_refused() {
    let sandbox = to_export("");
    for (line, part) in [
        ("export calendar -f csv", "this export is iCalendar, not csv"),
        ("export contacts -o x.csv", "this export is vCard, not csv"),
        ("export mail -c name", "this export has no columns"),
        ("export calendar --vcard 3", "--vcard is for `contacts` alone"),
        ("list -o x.ics", "the ending of `x.ics` names no format"),
        ("export prospects -o x.vcf", "the ending of `x.vcf` names no format"),
    ] {
        let said = sandbox.crm(line).fails(2);
        assert!(said.contains(part), "{line}: {said}");
    }
}

#[test]
fn a_cell_with_several_addresses_has_the_first_and_keeps_the_others() {
    let list = "id,name,date,note,email,phone\n\
        a,A,2009-12-01,hello,\"a@x.example, b@x.example\",\n\
        b,B,2009-12-01,,c@x.example ::: d@x.example,139 0000 0000 ::: 021 5555\n";
    let sandbox = Sandbox::ledger();
    sandbox.write("x.csv", list);
    sandbox.crm("import x.csv").done();
    assert_eq!(sandbox.crm("export mail").ok(), "A <a@x.example>\nB <c@x.example>\n");
    let a = sandbox.read("prospects/a.toml");
    assert!(a.contains("note = \"hello\\nemail: b@x.example\""), "{a}");
    let b = sandbox.read("prospects/b.toml");
    assert!(b.contains("phone = \"139 0000 0000\""), "{b}");
    assert!(b.contains("email: d@x.example") && b.contains("tel: 021 5555"), "{b}");
    let before = sandbox.snapshot();
    sandbox.crm("import x.csv").done();
    assert!(before == sandbox.snapshot());
    sandbox.write("y.csv", "to,date,kind\nC@x.example,2009-12-02,call\n");
    let (_, said) = sandbox.crm("import y.csv --map to=find").done();
    assert!(said.contains("1 entry written"), "{said}");
    // Of people alone, too.
    sandbox.write("p.csv", "id,contact,email\na,E,e@x.example\na,F,\"f@x.example;g@x.example\"\n");
    sandbox.crm("import p.csv").done();
    let a = sandbox.read("prospects/a.toml");
    assert!(a.contains("\"f@x.example\"") && a.contains("note = \"email: g@x.example\""), "{a}");
}

#[test]
fn a_file_that_cannot_be_read_stops_no_meeting_but_its_own() {
    let sandbox = with_people();
    let broken = "name = \"B\"\nemail = \"LINA@example.cn\"\n[events\n";
    sandbox.write("prospects/broken.toml", broken);
    let list =
        "who,date,note\nanna@keller.example,2009-12-01,one\nlina@example.cn,2009-12-02,two\n";
    sandbox.write("calls.csv", list);
    let import = "import calls.csv --map who=find --kind call";
    let refused = sandbox.crm(import).fails(1);
    let said = [
        "line 3: lina@example.cn is in prospects/broken.toml, which cannot be read",
        "1 of 2 rows",
    ];
    said.iter().for_each(|part| assert!(refused.contains(part), "{refused}"));
    let said = sandbox.crm(&format!("{import} --skip-bad")).done().1;
    assert!(
        said.contains("1 file of the ledger cannot be read, nor the people in them found"),
        "{said}"
    );
    assert!(sandbox.read("prospects/keller.toml").contains("note = \"one\""));
    assert!(!sandbox.read("prospects/li.toml").contains("two"));
}

#[test]
fn the_parts_of_a_chinese_name_are_in_their_order() {
    let sandbox = sandbox();
    let google = "First Name,Middle Name,Last Name,E-mail 1 - Value\n三,,张,a@x\nSan,,Zhang,b@x\nBob,,张,c@x\n";
    sandbox.write("g.csv", google);
    sandbox.crm("import g.csv --from google --date 2009-12-01").done();
    let names = sandbox.crm("list -c name -f csv").ok();
    for name in ["张三", "San Zhang", "Bob 张"] {
        assert!(names.lines().any(|line| line == name), "{names}");
    }
}

#[test]
fn a_meeting_of_a_whole_day_is_known_by_its_name_in_the_calendar() {
    let sandbox = with_people();
    let meeting = |uid: &str, title: &str| {
        format!(
            "BEGIN:VEVENT\nUID:{uid}\nDTSTART;VALUE=DATE:20091210\nSUMMARY:{title}\n\
             ATTENDEE:mailto:lina@example.cn\nEND:VEVENT\n"
        )
    };
    let import = |meetings: &[String]| {
        let calendar = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR\n", meetings.concat());
        sandbox.write("c.ics", calendar);
        said(sandbox.crm("import c.ics"))
    };
    assert!(import(&[meeting("1", "Fair"), meeting("2", "Visit")]).contains("2 entries written"));
    let before = sandbox.read("prospects/li.toml");
    assert!(
        import(&[meeting("1", "Trade fair"), meeting("2", "Visit")]).contains("0 entries written")
    );
    assert!(import(&[meeting("2", "Visit to the plant")]).contains("0 entries written"));
    assert_eq!(sandbox.read("prospects/li.toml"), before);
    assert!(import(&[meeting("3", "Fair")]).contains("0 entries written"), "the content is there");
    assert!(import(&[meeting("3", "Dinner")]).contains("1 entry written"));
    sandbox.crm("check").done();
}
