use super::region::Region;
use std::collections::HashMap;

/// The regions of a file by their names: of two with one name the last counts.
pub(super) type Regions<'a> = HashMap<&'a str, Region<'a>>;

/// How a cue is drawn. Section 6.3, "parse the WebVTT cue settings".
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Settings<'a> {
    pub(super) region: Option<Region<'a>>,
    pub(super) direction: Direction,
    /// Lines from the edge or, without snapping to lines, a percentage; nothing stands for `auto`.
    pub(super) line: Option<f64>,
    pub(super) snap_to_lines: bool,
    pub(super) line_align: LineAlign,
    /// A percentage; nothing stands for `auto`.
    pub(super) position: Option<f64>,
    pub(super) position_align: PositionAlign,
    /// A percentage.
    pub(super) size: f64,
    pub(super) text_align: TextAlign,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Horizontal,
    VerticalGrowingLeft,
    VerticalGrowingRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineAlign {
    Start,
    Center,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PositionAlign {
    Auto,
    LineLeft,
    Center,
    LineRight,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextAlign {
    Start,
    Center,
    End,
    Left,
    Right,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self {
            region: None,
            direction: Direction::Horizontal,
            line: None,
            snap_to_lines: true,
            line_align: LineAlign::Start,
            position: None,
            position_align: PositionAlign::Auto,
            size: 100.0,
            text_align: TextAlign::Center,
        }
    }
}

impl<'a> Settings<'a> {
    /// What is not understood changes nothing.
    pub(super) fn of(input: &str, regions: &Regions<'a>) -> Self {
        let mut settings = Self::default();
        for (name, value) in pairs(input) {
            // The setters say whether they understood; the algorithm goes on to the next setting either way.
            let _understood = match name {
                "region" => {
                    settings.region = regions.get(value).copied();
                    Some(())
                }
                "vertical" => {
                    settings.set_direction(value);
                    Some(())
                }
                "line" => settings.set_line(value),
                "position" => settings.set_position(value),
                "size" => settings.set_size(value),
                "align" => settings.set_text_align(value),
                _ => None,
            };
        }
        settings
    }

    fn set_direction(&mut self, value: &str) {
        self.direction = match value {
            "rl" => Direction::VerticalGrowingLeft,
            "lr" => Direction::VerticalGrowingRight,
            _ => self.direction,
        };
        if self.direction != Direction::Horizontal {
            self.region = None;
        }
    }

    fn set_line(&mut self, value: &str) -> Option<()> {
        let (line, align) = with_align(value);
        let is_percentage = line.ends_with('%');
        let number = if is_percentage { percentage(line) } else { signed(line) }?;
        self.line_align = match align {
            None => self.line_align,
            Some("start") => LineAlign::Start,
            Some("center") => LineAlign::Center,
            Some("end") => LineAlign::End,
            Some(_) => return None,
        };
        self.line = Some(number);
        self.snap_to_lines = !is_percentage;
        self.region = None;
        Some(())
    }

    fn set_position(&mut self, value: &str) -> Option<()> {
        let (position, align) = with_align(value);
        let number = percentage(position)?;
        self.position_align = match align {
            None => self.position_align,
            Some("line-left") => PositionAlign::LineLeft,
            Some("center") => PositionAlign::Center,
            Some("line-right") => PositionAlign::LineRight,
            Some(_) => return None,
        };
        self.position = Some(number);
        Some(())
    }

    fn set_size(&mut self, value: &str) -> Option<()> {
        self.size = percentage(value)?;
        if self.size < 100.0 {
            self.region = None;
        }
        Some(())
    }

    fn set_text_align(&mut self, value: &str) -> Option<()> {
        self.text_align = match value {
            "start" => TextAlign::Start,
            "center" => TextAlign::Center,
            "end" => TextAlign::End,
            "left" => TextAlign::Left,
            "right" => TextAlign::Right,
            _ => return None,
        };
        Some(())
    }
}

/// The settings of a cue or a region as names and values, both not empty.
pub(super) fn pairs(input: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = input.split_ascii_whitespace().filter_map(|setting| setting.split_once(':'));
    pairs.filter(|(name, value)| !name.is_empty() && !value.is_empty())
}

fn with_align(value: &str) -> (&str, Option<&str>) {
    value.split_once(',').map_or((value, None), |(number, align)| (number, Some(align)))
}

/// "Parse a percentage string" (section 6.2): from 0 to 100.
pub(super) fn percentage(value: &str) -> Option<f64> {
    unsigned(value.strip_suffix('%')?).filter(|number| *number <= 100.0)
}

fn signed(value: &str) -> Option<f64> {
    match value.strip_prefix('-') {
        Some(value) => unsigned(value).map(|number| -number),
        None => unsigned(value),
    }
}

/// Digits, or digits, a dot and digits.
fn unsigned(value: &str) -> Option<f64> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    // HTML's rules for numbers have no infinity.
    value.parse().ok().filter(|number: &f64| is_number(whole) && is_number(fraction) && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, expect: impl FnOnce(&mut Settings<'static>)) {
        let region = |id| (id, Region::of(if id == "foo" { "id:foo" } else { "id:bar width:50%" }));
        let regions = HashMap::from([region("foo"), region("bar")]);
        let mut expected = Settings::default();
        expect(&mut expected);
        assert_eq!(Settings::of(input, &regions), expected, "{input:?}");
    }

    #[test]
    fn lines_are_numbers_or_percentages() {
        for (value, number) in [
            ("-1", -1.0),
            ("0", 0.0),
            ("-0", -0.0),
            ("1", 1.0),
            ("101", 101.0),
            ("1.5", 1.5),
            ("-1.5", -1.5),
            ("65536", 65_536.0),
            ("10000000000000000000000000000000000", 1e34),
        ] {
            check(&format!("line:{value}"), |settings| settings.line = Some(number));
        }
        for (value, number) in [("0%", 0.0), ("00%", 0.0), ("100%", 100.0), ("99.5%", 99.5)] {
            check(&format!("line:{value}"), |settings| {
                settings.line = Some(number);
                settings.snap_to_lines = false;
            });
        }
        check("line:1,end", |settings| (settings.line, settings.line_align) = (Some(1.0), LineAlign::End));
        check("line:5% line:2", |settings| settings.line = Some(2.0));
        let huge = "9".repeat(400);
        for value in [
            "-",
            "%",
            "101%",
            "-0%",
            "65536%",
            "1%-",
            "1-",
            "%1",
            "1%%",
            "0%0",
            "0%x",
            "--1",
            "1..5",
            ".5",
            "5.",
            "-.5",
            "1.5.5",
            "+1",
            "1e3",
            "inf",
            "1,",
            "1,middle",
            "1,Start",
            "1, start",
            "100%,left",
            huge.as_str(),
        ] {
            check(&format!("line:{value}"), |_| {});
        }
    }

    #[test]
    fn positions_and_sizes_are_percentages() {
        check("position:25%", |settings| settings.position = Some(25.0));
        check("position:0.0%,line-left", |settings| {
            (settings.position, settings.position_align) = (Some(0.0), PositionAlign::LineLeft);
        });
        check("position:1%,center", |s| (s.position, s.position_align) = (Some(1.0), PositionAlign::Center));
        check("position:1%,line-right", |s| {
            (s.position, s.position_align) = (Some(1.0), PositionAlign::LineRight);
        });
        check("size:0%", |settings| settings.size = 0.0);
        check("size:33.3%", |settings| settings.size = 33.3);
        for value in
            ["25", "%", "-1%", "101%", "1%,start", "1%,", "1%,line-Left", "1 %", "1..0%", ".1%", "1.%", "x%"]
        {
            check(&format!("position:{value}"), |_| {});
            check(&format!("size:{value}"), |_| {});
        }
    }

    #[test]
    fn words_are_matched_exactly() {
        check("vertical:rl", |settings| settings.direction = Direction::VerticalGrowingLeft);
        check("vertical:lr", |settings| settings.direction = Direction::VerticalGrowingRight);
        check("align:start", |settings| settings.text_align = TextAlign::Start);
        check("align:end align:center", |_| {});
        check("align:left", |settings| settings.text_align = TextAlign::Left);
        check("align:right align:RIGHT", |settings| settings.text_align = TextAlign::Right);
        check("align:end,", |_| {});
        check("align :end align: end :end end align:: x:y ::", |_| {});
        check("Align:end vertical:RL vertical:", |_| {});
    }

    #[test]
    fn regions_are_found_and_lost_again() {
        check("region:foo", |settings| settings.region = Some(Region::of("id:foo")));
        check("region:foo region:bar", |settings| settings.region = Some(Region::of("id:bar width:50%")));
        check("region:foo region:none", |_| {});
        check("region:foo vertical:rl", |settings| settings.direction = Direction::VerticalGrowingLeft);
        check("region:foo line:1", |settings| settings.line = Some(1.0));
        check("region:foo size:50%", |settings| settings.size = 50.0);
        check("region:foo size:100% position:1%", |settings| {
            settings.region = Some(Region::of("id:foo"));
            settings.position = Some(1.0);
        });
        check("line:1 region:foo", |settings| {
            settings.line = Some(1.0);
            settings.region = Some(Region::of("id:foo"));
        });
    }
}
