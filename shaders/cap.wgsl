// What a cut lays bare: earth, walls and floor of a pit, buildings and pipes cut through.
//
// `normal.w` says which, in fifths: 0 earth in the section, 1 earth of the pit, 2 a building or chamber, 3 the rim around a
// pipe, 4 the pipe, 5 its bore. Earth: `param.x` is the depth below the ground in metres, `param.y` the strength of the
// lines at every metre. Pipes: the position is the middle, `normal.xyz` points outwards within the plane and `param` is
// half the width and half the height in metres.

const EARTH: u32 = 0u;
const PIT: u32 = 1u;
const BODY: u32 = 2u;
const RIM: u32 = 3u;
const PIPE: u32 = 4u;
const BORE: u32 = 5u;

struct CapOut {
    @builtin(position) clip: vec4<f32>,
    @location(0) world: vec3<f32>,
    @location(1) colour: vec3<f32>,
    @location(2) param: vec2<f32>,
    @location(3) @interpolate(flat) bits: u32,
    @location(4) @interpolate(flat) kind: u32,
}

@vertex
fn vertex(in: VertexIn) -> CapOut {
    var out: CapOut;
    let kind = u32(round(in.normal.w * 5.0));
    let style = styles[in.slot];
    let fill = tinted(unpack_colour(style.fill), style.bits);
    var world = in.position;
    var colour = fill.rgb;
    if (kind >= RIM) {
        let middle = view.clip_from_world * vec4<f32>(in.position, 1.0);
        let px = scene.accent.w * metres_per_px(max(middle.w, 0.1));
        let smallest = vec2<f32>(0.5 * scene.layer.z * px);
        var reach = max(in.param * scene.layer.w, smallest);
        if (kind == RIM) {
            reach += vec2<f32>(1.4 * px);
            colour = mix(cut.earth.rgb, vec3<f32>(1.0), 0.9);
        } else if (kind == BORE) {
            // A ring where there is room for one, a dot where there is not.
            reach *= 0.66 * smoothstep(3.5, 7.0, min(reach.x, reach.y) / px);
            colour = mix(colour, vec3<f32>(1.0), 0.72);
        }
        world += in.normal.xyz * vec3<f32>(reach.x, reach.y, reach.x);
    } else if (kind == BODY) {
        colour = mix(unpack_colour(style.line).rgb, fill.rgb, 0.25);
    } else {
        colour = cut.earth.rgb;
        if (kind == PIT) { colour *= mix(vec3<f32>(1.0), sunlit(normalize(in.normal.xyz)), 0.8); }
    }
    out.world = world;
    out.colour = colour;
    out.param = in.param;
    out.bits = style.bits;
    out.kind = kind;
    let clip = view.clip_from_world * vec4<f32>(world, 1.0);
    // What lies in the plane hides what stands right behind it; a pit must not hide what lies in it.
    out.clip = clip;
    if (kind != PIT) { out.clip = pulled(clip, f32(kind) * 1e-4); }
    if ((style.bits & VISIBLE) == 0u && kind >= BODY) { out.clip = NOWHERE; }
    return out;
}

@fragment
fn fragment(in: CapOut) -> @location(0) vec4<f32> {
    var colour = in.colour;
    if (in.kind == BODY) { colour = patterned(colour, 1u, seen_at(in.clip)); }
    let step = fwidth(in.param.x);
    if (in.kind <= PIT) {
        let depth = in.param.x;
        colour *= mix(1.08, 0.7, smoothstep(0.0, 7.0, depth));
        // Roots and paving: a darker band right under the ground.
        colour *= mix(0.74, 1.0, smoothstep(0.22, 0.3, depth));
        let near = abs(depth - round(depth));
        let ink = (1.0 - smoothstep(0.5 * step, 1.5 * step, near)) * clamp(1.0 - step * 5.0, 0.0, 1.0);
        colour *= 1.0 - 0.3 * in.param.y * select(0.0, ink, depth > 0.5);
    }
    // The pit is open in the section too, and the section cuts the pit.
    if (in.kind == EARTH && in.world.y > cut.pit.x && in_pit(in.world.xz)) { discard; }
    if (in.kind == PIT && dot(cut.plane.xy, in.world.xz) > cut.plane.z) { discard; }
    return vec4<f32>(hazed(colour, in.world), 1.0);
}
